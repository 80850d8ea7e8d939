import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { contradictionIn, refusalOf } from "../../packages/server/src/features/uploads/verify.ts";
import { rejections as german } from "../../packages/web/src/texts/de/rejections.ts";
import { describeRejection } from "../../packages/web/src/texts/describe-rejection.ts";
import { rejections as english } from "../../packages/web/src/texts/en/rejections.ts";

const PROGRAM = Buffer.concat([Buffer.from("MZ"), Buffer.alloc(200)]);
const HTML = Buffer.from("<!doctype html><script>alert(1)</script>");

it.each([
  ["photo.png", "image/png", PROGRAM, "Not accepted: this is a Windows program, not a picture."],
  ["photo.png", "image/png", HTML, "Not accepted: this is a web page, not a picture."],
  ["plan.pdf", "application/pdf", PROGRAM, "Not accepted: this is a Windows program, not a PDF."],
  [
    "plan.pdf",
    "application/pdf",
    Buffer.from("plain"),
    "Not accepted: this is not a PDF, although it claims to be one.",
  ],
  ["song.mp3", "audio/mpeg", HTML, "Not accepted: this is a web page, not a sound file."],
  ["a), named b (.png", "image/png", PROGRAM, "Not accepted: this is a Windows program, not a picture."],
  [
    "report.docx",
    "application/octet-stream",
    PROGRAM,
    "Not accepted: this is a Windows program, not what it is called (report.docx).",
  ],
])("the page says in words why the service rejects %s declared as %s", async (filename, contentType, start, words) => {
  const reason = await contradictionIn({ filename, contentType }, start);
  expect(reason).toBeDefined();
  expect(describeRejection(`${reason} It was not kept.`)).toBe(words);
});

it("the page explains that a file request does not accept the kind of a file", async () => {
  const accepted = [["image/*"]];
  const reason = await refusalOf({ filename: "a.pdf", contentType: "application/pdf" }, { start: HTML, accepted });
  expect(describeRejection(reason ?? "")).toBe(english.kind);
});

it.each([
  ["The file is infected: the virus scanner found Eicar-Test-Signature. It was not kept.", "Eicar-Test-Signature"],
  ["The file is larger than the virus scanner accepts. It was not kept.", english.tooLargeToScan],
  ["The file is not what was declared: its SHA-256 differs. It was not kept.", english.changed],
  ["The recipient rejected it. It was not kept.", english.byPerson],
  ["A reason of a newer service.", "A reason of a newer service."],
])("the page describes the rejection %j", (reason, words) => {
  expect(describeRejection(reason)).toContain(words);
});

it("German readers see the names of all kinds of files in German", async () => {
  const source = await readFile("packages/server/src/features/uploads/content/file-kinds.ts", "utf8");
  const names = new Set(Array.from(source.matchAll(/name: "(.+?)"/g), ([, name = ""]) => name));
  expect(names.size).toBeGreaterThan(20);
  for (const name of names) {
    const text = german.contradiction({ actual: name, said: "a.png", promised: "picture" });
    expect(text, name).toMatch(/^Nicht angenommen: Das ist (?:ein|eine) .*, kein Bild\.$/);
    expect(text, name).not.toMatch(/andere Art|\ban? /);
    expect(german.contradiction({ actual: `not ${name}`, said: "a", promised: undefined })).toMatch(
      /^Nicht angenommen: Das ist keine? /,
    );
  }
});
