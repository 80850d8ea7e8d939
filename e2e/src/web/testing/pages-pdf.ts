import { randomBytes } from "node:crypto";
import type { SampleFile } from "./files.ts";

/** The width and the height of the picture on each page, in pixels. A pixel has three bytes. */
const SIDE = 200;

/** Makes a PDF with many pages ("Chapter 1" and so on). Each page has a picture of 120 kB, so that a reader loads the PDF in pieces. */
export function pagesPdf(name: string, { pages }: { pages: number }): SampleFile {
  const numbers = Array.from({ length: pages }, (_, index) => index + 1);
  // Puts all page objects before all content. A PDF reader reads every page object, and would also load content between these objects.
  const firstContent = FIRST_PAGE + pages;
  const contentOf = (page: number) => firstContent + (page - 1) * 2;
  const kids = numbers.map((page) => `${FIRST_PAGE + page - 1} 0 R`);
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids.join(" ")}] /Count ${pages} /MediaBox [0 0 612 792] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ...numbers.map((page) => {
      const resources = `<< /Font << /F1 3 0 R >> /XObject << /I ${contentOf(page) + 1} 0 R >> >>`;
      return `<< /Type /Page /Parent 2 0 R /Contents ${contentOf(page)} 0 R /Resources ${resources} >>`;
    }),
    ...numbers.flatMap((page) => [
      stream("", Buffer.from(`BT /F1 24 Tf 72 700 Td (Chapter ${page}) Tj ET q 300 0 0 300 72 300 cm /I Do Q`)),
      stream(PICTURE, randomBytes(SIDE * SIDE * 3)),
    ]),
  ];
  return { name, type: "application/pdf", bytes: write(objects) };
}

const FIRST_PAGE = 4;
const PICTURE = `/Type /XObject /Subtype /Image /Width ${SIDE} /Height ${SIDE} /ColorSpace /DeviceRGB /BitsPerComponent 8`;

function stream(entries: string, content: Buffer): Buffer {
  const head = `<< ${entries} /Length ${content.length} >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), content, Buffer.from("\nendstream")]);
}

function write(objects: readonly (string | Buffer)[]): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n")];
  let at = parts[0]?.length ?? 0;
  const places = objects.map((object, index) => {
    const place = at;
    const part = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), Buffer.from(object), Buffer.from("\nendobj\n")]);
    parts.push(part);
    at += part.length;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const size = objects.length + 1;
  const table = `xref\n0 ${size}\n0000000000 65535 f \n${places.join("")}`;
  parts.push(Buffer.from(`${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`));
  return Buffer.concat(parts);
}
