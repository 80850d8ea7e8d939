import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contradictionIn } from "./verify.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const padded = (start: Buffer): Buffer => Buffer.concat([start, Buffer.alloc(64, 1)]);

const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);
const files = {
  png: PNG,
  // The first chunk of the PNG file is longer than the part of the file that the service checks.
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
  bareExecutable: Buffer.concat([Buffer.from("MZ"), hex("90000300")]),
  shortcut: padded(hex("4c000000 01140200 00000000 c0000000 00000046")),
  debianPackage: padded(Buffer.from("!<arch>\ndebian-binary   ")),
  rpmPackage: padded(hex("edabeedb 0300 0000")),
  elf: padded(hex("7f454c46 02010100")),
  mp4: padded(hex("00000018 66747970 69736f6d 00000200")),
  m4a: padded(hex("00000018 66747970 4d344120 00000200")),
  quicktime: padded(hex("00000018 66747970 71742020 00000200")),
  oldQuicktime: padded(hex("00000008 77696465 00001000 6d646174")),
  mp4Fragment: padded(hex("00000018 73747970 6d736468 00000000")),
  newHeic: padded(hex("00000018 66747970 6865696d 00000000")),
  webm: padded(Buffer.concat([hex("1a45dfa3 9f 4282 84"), Buffer.from("webm")])),
  matroska: padded(Buffer.concat([hex("1a45dfa3 9f 4282 88"), Buffer.from("matroska")])),
  opus: padded(Buffer.concat([Buffer.from("OggS"), Buffer.alloc(24), Buffer.from("OpusHead")])),
  mp3: padded(hex("fffb9064 00000000")),
  taggedMp3: Buffer.concat([Buffer.from("ID3"), hex("0300 00000f76"), Buffer.alloc(4_090, 7)]),
  wav: padded(Buffer.concat([Buffer.from("RIFF"), hex("24000000"), Buffer.from("WAVEfmt ")])),
  avi: padded(Buffer.concat([Buffer.from("RIFF"), hex("24000000"), Buffer.from("AVI LIST")])),
  flac: padded(Buffer.from("fLaC\u0000\u0000\u0000\u0022", "latin1")),
  tableOfMozambique: Buffer.from("MZ,Maputo\nBM,Hamilton\n"),
  tableOfCars: Buffer.from("BMW,3 series\nFiat,500\n"),
  tableOfTags: Buffer.from("ID3,title\n"),
  textOnPdf: Buffer.from("Every PDF begins with %PDF-1.7 or so."),
  textInUtf16: Buffer.from("\ufeffDear reader", "utf16le"),
  textInLatin1: Buffer.from("Gr\u00fc\u00dfe aus K\u00f6ln", "latin1"),
  colouredLog: Buffer.from("\u001b[32mok\u001b[0m done\n"),
  rtf: Buffer.from("{\\rtf1\\ansi hello}"),
  xml: Buffer.from('<?xml version="1.0"?><data/>'),
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
  ["executable", "a.pdf", "application/pdf", /it is a Windows program/],
  ["executable", "film", "video/mp4", /it is a Windows program/],
  ["zip", "film", "video/mp4", /it is a zip archive/],
  ["pdf", "photo", "image/heic", /it is a PDF/],
  ["pdf", "a.docx", DOCX, /it is a PDF/],
  ["text", "a.bin", "image/png", /it is not a PNG image, declared as image\/png/],
  ["text", "a.pdf", "application/pdf", /it is not a PDF/],
  ["text", "a.zip", "application/zip", /it is not a zip archive/],
  // The file has binary content with the type or the name of a text.
  ["png", "a.txt", "text/plain", /it is a PNG image, named a.txt/],
  ["png", "a.png", "text/plain", /it is a PNG image, declared as text\/plain/],
  ["png", "a.json", "application/json", /it is a PNG image/],
  ["png", "data", "application/json", /it is a PNG image, declared as application\/json/],
  ["png", "a.txt", "application/octet-stream", /it is a PNG image, named a.txt/],
  ["elf", "a.txt", "text/plain", /it is a Linux program/],
  ["bareExecutable", "a.csv", "text/csv", /it is a Windows program/],
  ["pdf", "a.md", "text/markdown", /it is a PDF/],
  ["zip", "notes", "text/plain", /it is a zip archive/],
  ["mp3", "a.log", "text/plain", /it is an MP3 file/],
  // The file has the name of a program or a web page, with the type of an image, audio or video.
  ["pdf", "a.html", "application/pdf", /it is a PDF, named a.html/],
  ["pdf", "a.exe", "application/pdf", /it is a PDF, named a.exe/],
  [
    "pdf",
    "a.jar",
    "application/pdf",
    /not both what its name and its type say \(named a.jar, declared as application\/pdf/,
  ],
  ["pdf", "a.pdf.exe", "application/pdf", /named a.pdf.exe/],
  ["pdf", "a.EXE. .", "application/x-pdf", /named a.EXE/],
  ["png", "a.js", "image/png", /it is a PNG image, named a.js/],
  ["png", "a.svg", "image/png", /named a.svg, declared as image\/png/],
  ["svg", "a.html", "image/svg+xml", /named a.html, declared as image\/svg\+xml/],
  ["text", "a.scr", "image/heic", /named a.scr/],
  ["mp4", "a.lnk", "video/mp4", /named a.lnk/],
  ["mp3", "a.bat", "audio/mpeg", /named a.bat/],
  // The file has the name of a program, with content that is no program.
  ["text", "notes.exe", "text/plain", /it is not a Windows program, named notes.exe/],
  ["text", "notes.DLL", "application/octet-stream", /it is not a Windows program/],
  ["text", "notes.msi", "text/plain", /it is not a Windows installer/],
  ["text", "notes.lnk", "text/plain", /it is not a Windows shortcut/],
  ["text", "notes.deb", "text/plain", /it is not a Debian package/],
  ["text", "notes.rpm", "text/plain", /it is not an RPM package/],
  ["text", "notes.apk", "text/plain", /it is not an Android app/],
  ["html", "page.exe", "text/html", /it is HTML, named page.exe/],
  ["zip", "report.exe", DOCX, /it is a zip archive, named report.exe/],
  ["elf", "tool.exe", "application/octet-stream", /it is a Linux program, named tool.exe/],
  // The file has the name or the type of audio or video.
  ["png", "a.mp4", "application/octet-stream", /it is a PNG image, named a.mp4/],
  ["mp3", "a.mp4", "video/mp4", /it is an MP3 file/],
  ["text", "a.mp4", "video/mp4", /it is not an MP4 or QuickTime file/],
  ["text", "a.webm", "video/webm", /it is not a WebM or Matroska file/],
  ["text", "a.ogg", "audio/ogg", /it is not an Ogg file/],
  ["text", "a.flac", "audio/flac", /it is not a FLAC file/],
  ["html", "a.mp3", "audio/mpeg", /it is HTML/],
  ["pdf", "a.wav", "audio/wav", /it is a PDF/],
  ["webm", "a.avi", "video/x-msvideo", /it is a WebM or Matroska file/],
  ["mp4", "photo", "image/x-unknown", /it is an MP4 or QuickTime file/],
  // For unknown content, the name and the type must agree.
  ["text", "a.avi", "audio/mpeg", /named a.avi, declared as audio\/mpeg/],
  ["zip", "a.docx", "application/vnd.oasis.opendocument.text", /named a.docx/],
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
  // The file has text content with a type that clients often declare for text.
  ["text", "main.ts", "video/mp2t"],
  ["text", "main.ts", "text/plain"],
  ["text", "main.rs", "text/x-rust"],
  ["text", "page.js", "text/javascript"],
  ["text", "a.md", "application/octet-stream"],
  ["text", "a.csv", "text/plain"],
  ["text", "list.m3u", "audio/mpegurl"],
  ["text", "LICENSE", "text/plain"],
  ["text", "a.pdf", "text/plain"],
  ["html", "page.htm", "application/octet-stream"],
  ["html", "mail.eml", "message/rfc822"],
  ["xml", "data.xml", "text/xml"],
  ["xml", "data.txt", "text/plain"],
  ["rtf", "a.rtf", "text/rtf"],
  ["rtf", "a.doc", "application/msword"],
  ["tableOfMozambique", "a.csv", "text/csv"],
  ["tableOfCars", "a.csv", "text/csv"],
  ["tableOfTags", "a.txt", "text/plain"],
  ["textOnPdf", "a.txt", "text/plain"],
  ["textInUtf16", "a.txt", "text/plain"],
  ["textInLatin1", "a.txt", "text/plain"],
  ["colouredLog", "a.log", "text/plain"],
  ["protectedOffice", "slides.pot", "text/x-gettext-translation-template"],
  ["protectedOffice", "old.xls", "application/vnd.ms-excel"],
  // The filename looks like the name of a program, but the file is no program.
  ["pdf", "Tickets from example.com", "application/pdf"],
  ["png", "a.exe.png", "image/png"],
  ["svg", "a.xml", "image/svg+xml"],
  ["zip", "a.apk", "application/vnd.android.package-archive"],
  ["elf", "tool", "application/octet-stream"],
  ["executable", "setup.exe", "application/octet-stream"],
  ["executable", "library.dll", "application/x-msdownload"],
  ["text", "run.bat", "application/x-msdownload"],
  ["protectedOffice", "setup.msi", "application/x-msdownload"],
  ["shortcut", "a.lnk", "application/octet-stream"],
  ["debianPackage", "a.deb", "application/vnd.debian.binary-package"],
  ["rpmPackage", "a.rpm", "application/x-rpm"],
  ["zip", "a.apk", "application/zip"],
  // The file has the name or the type of audio or video. One container format has many extensions and content types.
  ["mp4", "a.mp4", "video/mp4"],
  ["mp4", "a.m4v", "video/x-m4v"],
  ["mp4", "a.mov", "video/quicktime"],
  ["mp4", "a.3gp", "video/3gpp"],
  ["mp4", "a.mp4", "application/octet-stream"],
  ["mp4Fragment", "a.mp4", "video/mp4"],
  ["quicktime", "a.mov", "video/quicktime"],
  ["quicktime", "a.mp4", "video/mp4"],
  ["oldQuicktime", "a.mov", "video/quicktime"],
  ["m4a", "a.m4a", "audio/x-m4a"],
  ["m4a", "a.m4a", "audio/mp4"],
  ["m4a", "a.m4a", "audio/mpeg"],
  ["m4a", "a.m4a", "audio/aac"],
  ["m4a", "a.aac", "audio/aac"],
  ["m4a", "a.mp3", "audio/mpeg"],
  ["m4a", "a.m4p", "audio/x-m4p"],
  ["webm", "a.webm", "video/webm"],
  ["webm", "voice.weba", "audio/webm"],
  ["webm", "a.mkv", "video/x-matroska"],
  ["matroska", "a.mkv", "video/x-matroska"],
  ["matroska", "a.webm", "video/webm"],
  ["opus", "a.opus", "audio/ogg"],
  ["opus", "a.ogg", "video/ogg"],
  ["opus", "a.oga", "application/ogg"],
  ["mp3", "a.mp3", "audio/mpeg"],
  ["mp3", "a.mp3", "audio/mp3"],
  ["taggedMp3", "a.mp3", "audio/mpeg"],
  ["taggedMp3", "a.flac", "audio/flac"],
  ["text", "a.mp3", "audio/mpeg"],
  ["wav", "a.wav", "audio/x-wav"],
  ["wav", "a.wav", "audio/vnd.wave"],
  ["avi", "a.avi", "video/x-msvideo"],
  ["flac", "a.flac", "audio/x-flac"],
  ["newHeic", "a.heic", "image/heic"],
  ["jpeg", "a.heic", "image/heic"],
  ["text", "a.wmv", "video/x-ms-wmv"],
];

describe("requirement 5: the check of the extension, the declared type and the first bytes", () => {
  it.each(contradictions)(
    "the content check rejects %s with the name %s and the type %s",
    async (file, filename, contentType, says) => {
      expect((await contradictionIn({ filename, contentType }, files[file]))?.reason).toMatch(says);
    },
  );

  it.each(agreements)(
    "the content check accepts %s with the name %s and the type %s",
    async (file, filename, contentType) => {
      expect(await contradictionIn({ filename, contentType }, files[file])).toBeUndefined();
    },
  );

  it.each([
    ["text", "notes.pdf", /it is not a PDF, named notes.pdf/],
    ["text", "notes.png", /it is not a PNG image/],
    ["text", "notes.docx", /it is not an office document/],
    ["text", "notes.exe", /it is not a Windows program/],
  ] as const)("the content check refuses a rename of a %s file to %s", async (file, filename, says) => {
    const claim = { filename, contentType: "text/plain", isRenamed: true };
    expect((await contradictionIn(claim, files[file]))?.reason).toMatch(says);
  });

  it("the content check accepts content without control characters as text", async () => {
    const begins = fc.constantFrom("MZ", "BM", "ID3", "OggS", "RIFF", "GIF8", "Rar!", "fLaC", "II", "MThd", "PK", "");
    const names = fc.constantFrom("a.txt", "a.csv", "a.md", "a.log", "a.json", "a.py", "notes");
    const types = fc.constantFrom("text/plain", "text/csv", "application/json", "application/octet-stream");
    const printable = fc.string({ unit: fc.constantFrom(...'aZ09 ,;.\t\n"{}ü€'), maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(begins, names, types, printable, async (begin, filename, contentType, rest) => {
        expect(await contradictionIn({ filename, contentType }, Buffer.from(begin + rest))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it("the content check accepts any first bytes with an unknown extension", async () => {
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
