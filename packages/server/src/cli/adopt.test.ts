import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DomainError } from "../platform/errors.ts";
import { readAdoptionList } from "./adopt.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "valetkey-list-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Returns the key or the error message of each line of an adoption list. */
async function read(name: string, text?: string): Promise<string[]> {
  if (text !== undefined) await writeFile(join(folder, name), text);
  const lines: string[] = [];
  for await (const { listed } of readAdoptionList(join(folder, name))) {
    lines.push(listed instanceof DomainError ? listed.message : listed.object);
  }
  return lines;
}

it.each(["missing.csv", "missing.jsonl"])(
  "the command `valetkey adopt` reports ENOENT for a missing list (%s)",
  async (name) => {
    await expect(read(name)).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining("ENOENT"),
    });
  },
);

it("`valetkey adopt` refuses a list with texts that the HTTP route also refuses", async () => {
  const wrong: object[] = [
    { oldId: "x".repeat(256) },
    { oldId: "a\0b" },
    { owner: "\ud800" },
    { owner: "o".repeat(256) },
    { note: "t".repeat(301) },
    { note: "a\nb" },
    { people: [""] },
    { people: ["\u001b[31m@example.com"] },
    { people: [1] },
    { filename: 7 },
  ];
  const text = wrong.map((field) => `${JSON.stringify({ key: "a", owner: "ann", ...field })}\n`).join("");
  const messages = await read("wrong.jsonl", text);
  expect(messages).toHaveLength(wrong.length);
  for (const message of messages) expect(message).toMatch(/must be a text of 1 to \d+ characters/);
});

it("the error of `valetkey adopt` about a field name contains no control character", async () => {
  const [message] = await read("escape.jsonl", JSON.stringify({ "\u001b[31m": 1 }));
  expect(message).toContain(String.raw`There is no field "\u001b[31m".`);
});

it("a list for `valetkey adopt` in JSON Lines may begin with a byte order mark", async () => {
  expect(await read("bom.jsonl", '\ufeff{"key":"a","owner":"ann"}\n')).toEqual(["a"]);
});
