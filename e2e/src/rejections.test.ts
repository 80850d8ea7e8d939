import { readFile } from "node:fs/promises";
import type { Rejection } from "@valetkey/contract";
import { expect, it } from "vitest";
import type { Fault } from "../../packages/server/src/features/uploads/content/contradictions.ts";
import { kindOfName } from "../../packages/server/src/features/uploads/content/file-kinds.ts";
import { contradictionIn, refusalOf } from "../../packages/server/src/features/uploads/verify.ts";
import { kinds as german, rejections as germanTexts } from "../../packages/web/src/texts/de/rejections.ts";
import { describeRejection } from "../../packages/web/src/texts/describe-rejection.ts";
import { rejections as english, kinds } from "../../packages/web/src/texts/en/rejections.ts";

const PROGRAM = Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200)]);
const HTML = Buffer.from("<!doctype html><script>alert(1)</script>");
const PNG = Buffer.from("\u0089PNG\r\n\u001a\n", "latin1");

it.each([
  ["photo.png", "image/png", PROGRAM, "Not accepted: this is a Windows program, not a picture."],
  ["photo.png", "image/png", HTML, "Not accepted: this is a web page, not a picture."],
  ["photo.jpg", "image/jpeg", PNG, "Not accepted: this is a PNG image, not a JPEG image."],
  ["photo.heic", "image/heic", HTML, "Not accepted: this is a web page, not a picture."],
  ["film.wmv", "video/x-ms-wmv", HTML, "Not accepted: this is a web page, not a film."],
  ["plan.pdf", "application/pdf", PROGRAM, "Not accepted: this is a Windows program, not a PDF."],
  [
    "plan.pdf",
    "application/pdf",
    Buffer.from("plain"),
    "Not accepted: this is not a PDF, although it claims to be one.",
  ],
  ["song.mp3", "audio/mpeg", HTML, "Not accepted: this is a web page, not an MP3 file."],
  ["notes.txt", "text/plain", PROGRAM, "Not accepted: this is a Windows program, not a text."],
  ["data", "application/json", PROGRAM, "Not accepted: this is a Windows program, not what it is called."],
  ["report.docx", "application/octet-stream", PROGRAM, "Not accepted: this is a Windows program, not a Word document."],
  ["page.html", "image/heic", Buffer.from("plain"), english.name_mismatch],
])(
  "the page explains why the service rejects the file %s of the type %s",
  async (filename, contentType, start, words) => {
    const fault = await contradictionIn({ filename, contentType }, start);
    expect(describeRejection(fault as Fault)).toBe(words);
  },
);

it("the page explains that a file request does not accept this kind of file", async () => {
  const accepted = [["image/*"]];
  const fault = await refusalOf({ filename: "a.pdf", contentType: "application/pdf" }, { start: HTML, accepted });
  expect(describeRejection(fault as Fault)).toBe(english.kind_not_accepted);
});

it.each([
  [{ code: "infected", virus: "Eicar-Test-Signature" }, english.infected("Eicar-Test-Signature")],
  [{ code: "declined" }, english.declined],
  [{ code: "code_of_a_newer_service" }, "A reason in English."],
  [undefined, "A reason in English."],
])("the page describes why the service rejected a file (%j)", (rejection, words) => {
  expect(describeRejection({ reason: "A reason in English.", rejection: rejection as Rejection | undefined })).toBe(
    words,
  );
});

it("the app has the name of each kind of file in every language", async () => {
  const source = await readFile("packages/server/src/features/uploads/content/file-kinds.ts", "utf8");
  const extensions = Array.from(source.matchAll(/"(\w+)"/g), ([, extension]) => extension);
  const types = new Set(extensions.flatMap((extension) => kindOfName(`a.${extension}`)?.types[0] ?? []));
  for (const type of ["application/x-elf", "application/x-mach-binary", "text/html", "image/svg+xml"]) types.add(type);
  expect(types.size).toBeGreaterThan(30);
  for (const type of types) {
    expect(kinds[type], type).toMatch(/^an? /);
    const name = german[type] ?? "";
    expect(germanTexts.isOther(name, name), type).toMatch(/^Nicht angenommen: Das ist eine? .*, keine? .*\.$/);
  }
});
