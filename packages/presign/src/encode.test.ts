import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeKey, encodeRfc3986, parseEncodedKey } from "./encode.ts";
import * as any from "./testing/arbitraries.ts";

describe("encodeRfc3986", () => {
  test("encodeRfc3986 encodes all characters except the unreserved characters", () => {
    const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
    const kept = ascii.filter((character) => encodeRfc3986(character) === character);
    expect(kept.join("")).toBe("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");
    expect(encodeRfc3986(" !'()*+/é😀")).toBe("%20%21%27%28%29%2A%2B%2F%C3%A9%F0%9F%98%80");
  });

  test("encodeRfc3986 refuses half of a surrogate pair", () => {
    expect(() => encodeRfc3986("a\udc00")).toThrow(expect.objectContaining({ code: "invalid_text" }));
  });
});

describe("encodeKey", () => {
  test.each([
    ["a/b c.txt", "a/b%20c.txt"],
    ["/lead//twice/", "/lead//twice/"],
    ["%2F+", "%252F%2B"],
    ["it's (1)!*", "it%27s%20%281%29%21%2A"],
    ["...", "..."],
    ["a/..b/c..", "a/..b/c.."],
    ["é".repeat(512), "%C3%A9".repeat(512)],
    ["k".repeat(1024), "k".repeat(1024)],
  ])("encodeKey encodes the key %j", (key, encoded) => {
    expect(encodeKey(key)).toBe(encoded);
  });

  test.each([
    ["empty", ""],
    ["a dot segment", "a/./b"],
    ["two dots in the middle", "a/../b"],
    ["two dots at the start", "../b"],
    ["two dots at the end", "a/.."],
    ["one dot alone", "."],
    ["NUL", "a\0b"],
    ["a lone high surrogate", "a\ud83d"],
    ["a lone low surrogate", "\ude00a"],
    ["1,025 ASCII characters", "k".repeat(1025)],
    ["1,025 bytes in 513 characters", `${"é".repeat(512)}k`],
    ["1,026 bytes in 342 characters", "漢".repeat(342)],
    ["no text", undefined as unknown as string],
  ])("encodeKey refuses an invalid key (%s)", (_what, key) => {
    expect(() => encodeKey(key)).toThrow(expect.objectContaining({ name: "PresignError", code: "invalid_key" }));
  });

  test("an encoded key survives a URL parser, and decodes to the original key", () => {
    const property = fc.property(any.key, (key) => {
      const encoded = encodeKey(key);
      expect(new URL(`https://host.example/${encoded}`).pathname).toBe(`/${encoded}`);
      expect(decodeURIComponent(encoded)).toBe(key);
      expect(parseEncodedKey(encoded)).toBe(encoded);
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe("parseEncodedKey", () => {
  test.each(["", "a b", "a?b", "a#b", "%2f", "%2F", "%41", "%FF", "a/../b", "a/%2E%2E/b", "%00", "é", "a\n"])(
    "parseEncodedKey refuses the text %j",
    (stored) => {
      expect(() => parseEncodedKey(stored)).toThrow(expect.objectContaining({ code: "invalid_key" }));
    },
  );
});
