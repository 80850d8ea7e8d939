import {
  CompleteMultipartBody,
  CompleteUploadBody,
  CreateNoteBody,
  FileUrlsBody,
  ShareNoteBody,
  UpdateNoteBody,
} from "@valetkey/contract";

export type Body = { name: string; schema: object; json: string; isLarge: boolean };

const MIB = 2 ** 20;
const KIB = 1024;
const ID = "0197b5a8-7c11-7c0a-9d3e-3f0a5e6b7c8d";

/** Returns the largest valid bodies of routes with large schemas. Also returns invalid bodies that cost as much as the size limit permits. */
export function createBodies(): Body[] {
  const note = (name: string, json: string): Body => ({ name, schema: CreateNoteBody, json, isLarge: true });
  const parts = Array.from({ length: 10_000 }, (_, n) => ({ partNumber: n + 1, etag: `"${"a".repeat(32)}"` }));
  const uppyParts = parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
  const emails = Array.from({ length: 100 }, (_, n) => `${"a".repeat(200)}${n}@example.com`);
  return [
    { name: "note of 200,000 characters", schema: UpdateNoteBody, json: text("x".repeat(200_000)), isLarge: true },
    {
      name: "note of 170,000 escapes",
      schema: UpdateNoteBody,
      json: `{"body":"${"\\u00e9".repeat(170_000)}"}`,
      isLarge: true,
    },
    { name: "note of 200,000 emojis", schema: UpdateNoteBody, json: text("📎".repeat(100_000)), isLarge: true },
    { name: "10,000 parts", schema: CompleteUploadBody, json: JSON.stringify({ parts }), isLarge: true },
    {
      name: "10,000 parts of Uppy",
      schema: CompleteMultipartBody,
      json: JSON.stringify({ parts: uppyParts }),
      isLarge: true,
    },
    note("text of 1 MiB", text("x".repeat(MIB - 100))),
    note("members with short names", `{${upTo(MIB, (n) => `"${n.toString(36)}":0`)}}`),
    note("members that are objects", `{${upTo(MIB, (n) => `"${n.toString(36)}":{}`)}}`),
    note("array of numbers", `{"body":[${upTo(MIB, () => "0")}]}`),
    note("array of objects", `{"body":[${upTo(MIB, () => "{}")}]}`),
    note("array of objects with a member", `{"body":[${upTo(MIB, (n) => `{"${n.toString(36)}":0}`)}]}`),
    note("array of objects of many shapes", `{"body":[${upTo(MIB, shape)}]}`),
    note(
      "array of 32,000 numbers and a text",
      `{"title":"${"x".repeat(900_000)}","body":[${upTo(2 * 32_000, () => "0")}]}`,
    ),
    note(
      "array of 10,000 objects of many shapes",
      `{"body":[${upTo(MIB, shape).split("},").slice(0, 10_000).join("},")}}]}`,
    ),
    note("array of 30,000 objects", `{"body":[${Array(16_000).fill('{"a":0}').join(",")}]}`),
    note(
      "2,000 nested arrays",
      `{"body":[${Array(2_000)
        .fill(`${"[".repeat(13)}${"]".repeat(13)}`)
        .join(",")}]}`,
    ),
    note("nested arrays", `{"body":[${upTo(MIB, () => `${"[".repeat(13)}${"]".repeat(13)}`)}]}`),
    note("nested objects", `{"body":[${upTo(MIB, () => `${'{"":'.repeat(13)}0${"}".repeat(13)}`)}]}`),
    note("harmless constructors", `{"body":[${upTo(MIB, () => '{"constructor":0}')}]}`),
    note("a forbidden name after objects", `{"body":[${upTo(MIB - 100, () => "{}")},[[{"__proto__":0}]]]}`),
    note("escaped quotes", `{"body":"${'\\"'.repeat(MIB / 2 - 100)}"}`),
    note("underscores", `{"body":"${'\\"_'.repeat(MIB / 3 - 100)}"}`),
    note("invalid at the end", `[${upTo(MIB, () => "{}")}`),
    {
      name: "1,000 ids",
      schema: FileUrlsBody,
      json: JSON.stringify({ attachmentIds: Array(1000).fill(ID) }),
      isLarge: false,
    },
    { name: "100 email addresses", schema: ShareNoteBody, json: JSON.stringify({ emails }), isLarge: false },
    {
      name: "64 KiB of members",
      schema: ShareNoteBody,
      json: `{${upTo(64 * KIB, (n) => `"${n.toString(36)}":0`)}}`,
      isLarge: false,
    },
    {
      name: "64 KiB of objects",
      schema: FileUrlsBody,
      json: `{"attachmentIds":[${upTo(64 * KIB, () => "{}")}]}`,
      isLarge: false,
    },
  ];
}

function text(body: string): string {
  return JSON.stringify({ body });
}

/** Returns an object with two of 250 member names. Different `n` give different names or another order of the names. */
function shape(n: number): string {
  return `{"${(n % 250).toString(36)}":0,"${(Math.floor(n / 250) % 250).toString(36)}":0}`;
}

/** Joins items by commas up to this length, minus 64 bytes. The caller writes its brackets and names into these 64 bytes. */
function upTo(bytes: number, item: (n: number) => string): string {
  const items: string[] = [];
  for (let left = bytes - 64, n = 0; ; n += 1) {
    const next = item(n);
    left -= next.length + 1;
    if (left < 0) return items.join(",");
    items.push(next);
  }
}
