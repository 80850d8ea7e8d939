import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hmacSha256, hmacSha256Js, sha256Hex, sha256HexJs, toHex } from "./sha256.ts";

const data = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.string({ unit: "binary" }), fc.string());
const key = fc.uint8Array({ maxLength: 150 });

describe.each([
  { name: "the default SHA-256", sha256: sha256Hex, hmac: hmacSha256 },
  { name: "the SHA-256 in plain JavaScript", sha256: sha256HexJs, hmac: hmacSha256Js },
])("$name", ({ name, sha256, hmac }) => {
  test(`${name} hashes the examples of FIPS 180-2`, () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(sha256("a".repeat(1_000_000))).toBe("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  });

  test(`${name} agrees with createHash and createHmac for any input`, () => {
    const property = fc.property(key, data, (secret, message) => {
      expect(sha256(message)).toBe(createHash("sha256").update(message).digest("hex"));
      expect(toHex(hmac(secret, message))).toBe(createHmac("sha256", secret).update(message).digest("hex"));
    });
    fc.assert(property, { numRuns: 300 });
  });

  test(`${name} agrees with createHash for every length up to 200 bytes`, () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = new Uint8Array(length).fill(0xe9);
      expect(sha256(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });

  test(`${name} replaces half of a surrogate pair by U+FFFD`, () => {
    expect(sha256("a\ud800")).toBe(createHash("sha256").update("a\ufffd").digest("hex"));
  });
});
