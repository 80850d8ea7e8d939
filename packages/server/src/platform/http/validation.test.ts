import { CompleteUploadBody, CreateMultipartBody, CreateNoteBody, FileUrlsBody } from "@valetkey/contract";
import type { TSchema } from "typebox";
import { describe, expect, it } from "vitest";
import { compileValidator } from "./validation.ts";

const ID = "0197b5a8-7c11-7c0a-9d3e-3f0a5e6b7c8d";

type Outcome = { value?: unknown; error?: Error };

function validate(schema: TSchema, value: unknown): Outcome {
  const validator = compileValidator({ schema, method: "POST", url: "/", httpPart: "body" });
  return validator(value) as Outcome;
}

function counting<Value extends object>(value: Value): { value: Value; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(value, {
    get(target, name, receiver) {
      reads += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  return { value: proxy, reads: () => reads };
}

describe("requirement 30: the validation of request bodies", () => {
  const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}`, n]));
  const laws: [string, TSchema, (size: number) => { body: unknown; reads: () => number }][] = [
    [
      "items of a wrong type",
      FileUrlsBody,
      (size) => {
        const { value, reads } = counting(Array.from({ length: size }, () => 1));
        return { body: { attachmentIds: value }, reads };
      },
    ],
    [
      "items that lack members",
      CompleteUploadBody,
      (size) => {
        const { value, reads } = counting(Array.from({ length: size }, () => ({})));
        return { body: { parts: value }, reads };
      },
    ],
    [
      "unexpected members",
      CreateNoteBody,
      (size) => {
        const { value, reads } = counting({ title: "a", ...members(size) });
        return { body: value, reads };
      },
    ],
    [
      "ignored members beside an invalid one",
      CreateMultipartBody,
      (size) => {
        const { value, reads } = counting({ noteId: 7, ...members(size) });
        return { body: { filename: "a", type: "", metadata: value }, reads };
      },
    ],
  ];

  it.each(laws)("the cost to refuse a request body does not grow with the number of %s", (_name, schema, make) => {
    const [few, many] = [2_000, 20_000].map((size) => {
      const { body, reads } = make(size);
      const { error } = validate(schema, body);
      return { detail: error?.message, reads: reads() };
    });
    expect(few?.detail).toMatch(/ in the body |^The body /);
    expect(many).toEqual(few);
  });

  it("the validation reads each item of a list once if the list is too long", () => {
    const reads = [2_000, 20_000].map((size) => {
      const { value, reads } = counting(Array.from({ length: size }, () => ID));
      expect(validate(FileUrlsBody, { attachmentIds: value }).error?.message).toMatch(/not have more than 1000 items/);
      return reads() - size;
    });
    expect(reads[1]).toBe(reads[0]);
  });

  it.each<[string, TSchema, unknown, RegExp]>([
    ["the first item", FileUrlsBody, { attachmentIds: [1, 2] }, /^attachmentIds\.0 in the body must be string/],
    [
      "a later item",
      FileUrlsBody,
      { attachmentIds: [ID, ID, "x", ...Array.from({ length: 2_000 }, () => ID)] },
      /^attachmentIds\.2 in the body must be UUIDv7/,
    ],
    [
      "the number of items",
      FileUrlsBody,
      { attachmentIds: Array.from({ length: 5_000 }, () => ID) },
      /^attachmentIds in the body must not have more than 1000 items/,
    ],
    ["no items", FileUrlsBody, { attachmentIds: [] }, /^attachmentIds in the body must not have fewer than 1 items/],
    [
      "a member of an item",
      CompleteUploadBody,
      {
        parts: [
          { partNumber: 1, etag: "a" },
          { partNumber: 0, etag: "b" },
        ],
      },
      /^parts\.1\.partNumber in the body must be >= 1/,
    ],
    [
      "an unknown member",
      CreateNoteBody,
      { title: "a", b: 1, c: 2 },
      /unexpected members: "b", "c"\. It accepts title, body\.$/,
    ],
    [
      "an unknown __proto__",
      CreateNoteBody,
      JSON.parse('{"title":"a","__proto__":1}'),
      /unexpected members: "__proto__"/,
    ],
    ["a body that is not an object", CreateNoteBody, [], /^The body must be object/],
  ])("the error text about a wrong request body names %s", (_name, schema, body, text) => {
    expect(validate(schema, body).error?.message).toMatch(text);
  });
});
