import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contradictionIn } from "./check-content.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const padded = (start: Buffer): Buffer => Buffer.concat([start, Buffer.alloc(64, 1)]);

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const files = {
  png: PNG,
  // Its first chunk goes on behind what is looked at.
  pngOfLongChunks: Buffer.concat([PNG.subarray(0, 33), hex("00010000"), Buffer.from("iCCP"), Buffer.alloc(4055, 7)]),
  jpeg: padded(hex("ffd8ffe0 0010 4a46494600")),
  gif: padded(Buffer.from("GIF89a")),
  webp: padded(Buffer.from("RIFF\u0010\u0000\u0000\u0000WEBPVP8 ")),
  pdf: padded(Buffer.from("%PDF-1.7\n")),
  pdfAfterJunk: padded(Buffer.from("\n\n junk %PDF-1.4\n")),
  zip: padded(hex("504b0304 1400 0000 0000")),
  emptyZip: Buffer.concat([hex("504b0506"), Buffer.alloc(18)]),
  gzip: padded(hex("1f8b0800 00000000")),
  protectedOffice: padded(hex("d0cf11e0 a1b11ae1")),
  executable: padded(Buffer.from("MZ")),
  html: Buffer.from("<!DOCTYPE html><title>x</title>"),
  htmlAfterPreamble: Buffer.from('\ufeff \n<?xml version="1.0"?><!-- a --> <!-- b -->\n<HTML lang="en">'),
  htmlInUtf16: Buffer.from("\ufeff<script>alert(1)</script>", "utf16le"),
  svg: Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
  text: Buffer.from("Dear reader, 1 < 2."),
  nothing: Buffer.alloc(0),
};

type Case = [file: keyof typeof files, filename: string, contentType: string];

const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

const contradictions: [...Case, says: RegExp][] = [
  ["png", "scan.pdf", "application/pdf", /not what its name says \(it is a PNG image, named scan.pdf\)/],
  ["png", "scan.pdf", "image/png", /it is a PNG image, named scan.pdf/],
  [
    "png",
    "scan",
    "application/pdf",
    /not what it was declared to be \(it is a PNG image, declared as application\/pdf/,
  ],
  ["jpeg", "a.png", "image/png", /it is a JPEG image/],
  ["html", "photo.png", "image/png", /^This file is not .* \(it is HTML, named photo.png\)\.$/],
  ["html", "photo", "image/png", /it is HTML, declared as image\/png/],
  ["html", "photo.png", "text/html", /it is HTML, named photo.png/],
  ["html", "photo.PNG", "application/octet-stream", /it is HTML/],
  ["htmlAfterPreamble", "photo.jpg", "image/jpeg", /it is HTML/],
  ["htmlInUtf16", "photo.gif", "image/gif", /it is HTML/],
  ["html", "photo.heic", "image/heic", /it is HTML/],
  ["html", "a.svg", "image/svg+xml", /it is HTML/],
  ["html", "song", "audio/mpeg", /it is HTML/],
  ["svg", "photo.png", "image/png", /it is SVG/],
  ["svg", "photo.webp", "image/webp", /it is SVG/],
  ["svg", "photo", "image/x-unknown", /it is SVG/],
  ["executable", "a.pdf", "application/pdf", /it is application\/x-msdownload/],
  ["executable", "film", "video/mp4", /it is application\/x-msdownload/],
  ["zip", "film", "video/mp4", /it is a zip archive/],
  ["pdf", "photo", "image/heic", /it is a PDF/],
  ["pdf", "a.docx", DOCX, /it is a PDF/],
  ["text", "a.bin", "image/png", /it is not a PNG image, declared as image\/png/],
  ["text", "a.pdf", "application/pdf", /it is not a PDF/],
  ["text", "a.zip", "application/zip", /it is not a zip archive/],
];

const agreements: Case[] = [
  ["png", "photo.png", "image/png"],
  ["png", "photo.png", "application/octet-stream"],
  ["png", "photo", "image/png"],
  ["pngOfLongChunks", "photo.png", "image/png"],
  ["jpeg", "a.JPG", "image/jpg"],
  ["gif", "a.gif", "image/gif"],
  ["webp", "a.webp", "image/webp"],
  ["pdf", "a.pdf", "application/pdf"],
  ["pdfAfterJunk", "a.pdf", "application/pdf"],
  ["pdf", "a.ai", "application/illustrator"],
  ["zip", "a.zip", "application/x-zip-compressed"],
  ["emptyZip", "a.zip", "application/zip"],
  ["zip", "a.docx", DOCX],
  ["zip", "a.jar", "application/java-archive"],
  ["protectedOffice", "a.docx", DOCX],
  ["gzip", "a.tar.gz", "application/gzip"],
  ["gzip", "a.svgz", "image/svg+xml"],
  ["svg", "a.svg", "image/svg+xml"],
  ["html", "page.html", "text/html"],
  ["html", "page.txt", "text/plain"],
  ["html", "old.doc", "application/msword"],
  ["text", "a.txt", "text/plain"],
  ["text", "data.csv", "application/vnd.ms-excel"],
  ["text", "raw.cr3", "image/x-canon-cr3"],
  ["text", "a.png", "application/octet-stream"],
  ["executable", "setup.exe", "application/x-msdownload"],
  ["nothing", "a.png", "image/png"],
];

describe("requirement 5: extension, declared type and magic bytes", () => {
  it.each(contradictions)("%s named %s, declared as %s -> rejected", async (file, filename, contentType, says) => {
    expect(await contradictionIn({ filename, contentType }, files[file])).toMatch(says);
  });

  it.each(agreements)("%s named %s, declared as %s -> kept", async (file, filename, contentType) => {
    expect(await contradictionIn({ filename, contentType }, files[file])).toBeUndefined();
  });

  it("has an answer for every beginning, however broken", async () => {
    const begins = fc.constantFrom(
      ...Object.values(files),
      hex("3026b2758e66cf11a6d900aa0062ce6c"),
      Buffer.from("OggS"),
    );
    const broken = fc.tuple(begins, fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 80 }));
    await fc.assert(
      fc.asyncProperty(broken, async ([begin, rest, cutAt]) => {
        const bytes = Buffer.concat([begin.subarray(0, cutAt), rest]);
        const claim = { filename: "a.bin", contentType: "application/octet-stream" };
        expect(await contradictionIn(claim, bytes)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
