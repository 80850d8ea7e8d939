import { describe, expect, test } from "vitest";
import { createIsOwnKey, createNewObjectKey, createObjectKeyOf, DOCTOR_FOLDER } from "./bucket.ts";

describe("the functions newObjectKey and isOwnKey", () => {
  const random = (bytes: number) => Uint8Array.from({ length: bytes }, (_, at) => 255 - at);
  const newKeys = (keyPrefix: string) => createNewObjectKey({ keyPrefix, clock: () => 0x1a2b3c4d5e6, random });

  test("the function newObjectKey returns the prefix, the time and all random bytes", () => {
    expect(newKeys("teams/a/")()).toBe("teams/a/01a2b3c4d5e6fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0");
    expect(newKeys("")()).toMatch(/^[0-9a-f]{44}$/);
  });

  test("the function isOwnKey accepts new keys and keys of an earlier version", () => {
    const isOwnKey = createIsOwnKey({ keyPrefix: "teams/a/" });
    expect(isOwnKey(newKeys("teams/a/")())).toBe(true);
    expect(isOwnKey("teams/a/fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0")).toBe(true);
    expect(isOwnKey("teams/a/fffefdfcfbfaf9f8f7f6f5f4f3f2f1f")).toBe(false);
    expect(isOwnKey(newKeys("teams/b/")())).toBe(false);
  });

  test("the function isOwnKey accepts a key in the doctor's folder", () => {
    const isOwnKey = createIsOwnKey({ keyPrefix: "teams/a/" });
    expect(isOwnKey(newKeys(`teams/a/${DOCTOR_FOLDER}`)())).toBe(true);
    expect(isOwnKey("teams/a/other/01a2b3c4d5e6fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0")).toBe(false);
  });
});

describe("the function objectKeyOf", () => {
  const onAws = createObjectKeyOf({ bucket: "files", endpoints: [] });
  const elsewhere = createObjectKeyOf({
    bucket: "files",
    endpoints: ["https://cdn.example.com/s3", "http://minio:9000"],
  });

  test.each([
    ["s3://files/a/b.txt", "a/b.txt"],
    ["https://files.s3.eu-central-1.amazonaws.com/a%20b.txt?X-Amz-Signature=0", "a b.txt"],
    ["https://s3.eu-central-1.amazonaws.com/files/a/b.txt", "a/b.txt"],
  ])("the function objectKeyOf reads the key from %s on AWS", (url, key) => {
    expect(onAws(url)).toBe(key);
  });

  test.each([
    ["http://minio:9000/files/a.txt", "a.txt"],
    ["https://cdn.example.com/s3/files/a.txt", "a.txt"],
    ["https://files.s3.amazonaws.com/a.txt", "a.txt"],
  ])("the function objectKeyOf reads the key from %s at any configured endpoint", (url, key) => {
    expect(elsewhere(url)).toBe(key);
  });

  test.each([
    ["s3://other/a.txt", /in the bucket "other", not in "files"/],
    ["https://example.com/files/a.txt", /can't be used: .*not an S3 host/],
    ["s3://files/", /can't be used: .*does not name an object/],
    ["s3://files/a/../b", /can't be used: .*'\.\.' segment/],
    ["nonsense", /can't be used: /],
  ])("the function objectKeyOf refuses %s with invalid_request and a reason", (url, reason) => {
    expect(() => elsewhere(url)).toThrow(
      expect.objectContaining({ code: "invalid_request", message: expect.stringMatching(reason) }),
    );
  });
});
