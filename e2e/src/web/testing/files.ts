import { randomBytes } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

/** A file to attach. `type` is the content type that a browser derives from the filename. */
/** `path`: the folder of the file, such as "photos/2024/". */
export type SampleFile = { name: string; type: string; bytes: Buffer; path?: string };

type Colour = readonly [red: number, green: number, blue: number];

/** Makes a PNG picture with a gradient from one colour to the other, and a hill below. */
export function png(
  name: string,
  { width = 320, height = 200, from = [46, 92, 72], to = [214, 198, 160] }: Partial<Picture> = {},
): SampleFile {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0, at = 0; y < height; y++) {
    at += 1;
    for (let x = 0; x < width; x++) {
      // The hill lets a person see on screenshots whether the picture is cut or upside down.
      const isHill = y > height * (0.62 + 0.18 * Math.sin((x / width) * 5));
      const share = isHill ? y / height / 3 : 0.4 + (0.6 * (x + y)) / (width + height);
      for (const channel of [0, 1, 2] as const) {
        rows[at++] = from[channel] + (to[channel] - from[channel]) * share;
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  const chunks = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return { name, type: "image/png", bytes: Buffer.concat([signature, ...chunks]) };
}

type Picture = { width: number; height: number; from: Colour; to: Colour };

function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, checksum]);
}

/** Makes a PDF of one page with these lines. */
export function pdf(name: string, lines: readonly string[]): SampleFile {
  const text = lines.map((line) => `(${line.replace(/[\\()]/g, "\\$&")}) Tj T*`).join("\n");
  const stream = `BT /F1 18 Tf 28 TL 72 720 Td\n${text}\nET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${Buffer.byteLength(stream)} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let content = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = content.length;
    content += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, "0")} 00000 n \n`;
  });
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join("")}`;
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${content.length}\n%%EOF\n`;
  return { name, type: "application/pdf", bytes: Buffer.from(content + table + trailer, "latin1") };
}

/** Makes a quiet tone with 8,000 samples a second. */
export function wav(name: string, { seconds = 1 }: { seconds?: number } = {}): SampleFile {
  const samples = Buffer.alloc(8000 * seconds * 2);
  for (let at = 0; at < samples.length; at += 2) samples.writeInt16LE(Math.round(3000 * Math.sin(at / 6)), at);
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    header.writeUInt16LE(value, at);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.write("data", 36);
  header.writeUInt32LE(samples.length, 40);
  return { name, type: "audio/wav", bytes: Buffer.concat([header, samples]) };
}

export function text(name: string, content: string): SampleFile {
  return { name, type: "text/plain", bytes: Buffer.from(content) };
}

export function randomFile(name: string, { sizeBytes }: { sizeBytes: number }): SampleFile {
  return { name, type: "application/octet-stream", bytes: randomBytes(sizeBytes) };
}
