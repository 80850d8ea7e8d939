import { describe, expect, it } from "vitest";
import { describeAccess, describeOwnEnd } from "./describe-access.ts";

const now = Date.parse("2026-03-01T12:00:00.000Z");
const inDays = (days: number) => ({ expiresAt: new Date(now + days * 86_400_000).toISOString() });
const forever = { expiresAt: null };

describe("the line of the owner", () => {
  it.each([
    ["Only you", [], []],
    ["Only 1 file is shared", [], [{ sharedWith: 2 }, {}]],
    ["Only 2 files are shared", [], [{ sharedWith: 2 }, { sharedWith: 1 }]],
    ["Shared with 1 person", [forever], [{}]],
    ["Shared with 1 person · expires in 2 days", [inDays(2)], []],
    ["Shared with 3 people · the first expires in 2 days", [forever, inDays(9), inDays(2)], []],
    ["Shared with 1 person · and 1 file by itself", [forever], [{ sharedWith: 1 }]],
  ])("says: %s", (line, shares, files) => {
    expect(describeAccess({ shares, files, now })).toBe(line);
  });
});

describe("the line of a reader", () => {
  it("says when the access expires", () => {
    expect(describeOwnEnd(inDays(2).expiresAt, now)).toBe("expires in 2 days");
    expect(describeOwnEnd(null, now)).toBeUndefined();
    expect(describeOwnEnd(inDays(0).expiresAt, now)).toBeUndefined();
  });
});
