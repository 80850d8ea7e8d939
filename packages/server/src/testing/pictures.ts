import { createHash } from "node:crypto";

type Shape = { width: number; height: number; bytes?: number };

export function chunk(name: string, content: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, "latin1");
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

export function webpOf(...chunks: Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.from("WEBP"), ...chunks]);
  const head = Buffer.alloc(8);
  head.write("RIFF", "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

/** Makes the chunk of a lossy WebP picture with a true header. `bytes`: the length of the content. */
export function lossy({ width, height, bytes = 100 }: Shape): Buffer {
  const content = Buffer.alloc(bytes, 7);
  content.set([0x30, 0x01, 0x00, 0x9d, 0x01, 0x2a]);
  content.writeUInt16LE(width, 6);
  content.writeUInt16LE(height, 8);
  return chunk("VP8 ", content);
}

export function lossless({ width, height }: Shape): Buffer {
  const content = Buffer.alloc(20);
  content[0] = 0x2f;
  content.writeUInt32LE((width - 1) | ((height - 1) << 14), 1);
  return chunk("VP8L", content);
}

/** Makes the chunk that lists the features of a WebP file. */
export function extended({ width, height }: Shape, flags = 0): Buffer {
  const content = Buffer.alloc(10);
  content[0] = flags;
  content.writeUIntLE(width - 1, 4, 3);
  content.writeUIntLE(height - 1, 7, 3);
  return chunk("VP8X", content);
}

export function webp(shape: Shape = { width: 320, height: 240 }): Buffer {
  return webpOf(lossy(shape));
}

export function segment(marker: number, content: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

export const JFIF = segment(0xe0, Buffer.from("JFIF\0\x01\x01\0\0\x01\0\x01\0\0", "latin1"));
export const EXIF = segment(0xe1, Buffer.from("Exif\0\0II*\0GPSLatitude", "latin1"));

/** Makes a JPEG file with true headers. `segments`: the segments before the frame. */
export function jpeg({ width, height, bytes = 100 }: Shape, segments: readonly Uint8Array[] = [JFIF]): Buffer {
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 1);
  frame.writeUInt16BE(width, 3);
  const scan = segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0]));
  const start = Buffer.from([0xff, 0xd8]);
  const end = Buffer.from([0xff, 0xd9]);
  return Buffer.concat([start, ...segments, segment(0xc0, frame), scan, Buffer.alloc(bytes, 7), end]);
}

/** Returns the declaration of a preview in a request. */
export function declare(picture: Uint8Array, of: { attachmentId: string; name?: "small" | "large" }) {
  return {
    name: "small" as const,
    ...of,
    sizeBytes: picture.length,
    checksum: { algorithm: "SHA256" as const, value: createHash("sha256").update(picture).digest("base64") },
    contentType: picture[0] === 0xff ? "image/jpeg" : "image/webp",
  };
}
