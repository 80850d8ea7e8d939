import { describe, expect, it } from "vitest";
import { describeExpiry, expiryOf, expiryOfField, isExpired, toFieldValue } from "./expiry.ts";

const now = Date.parse("2026-03-01T12:00:00.000Z");
const inMinutes = (minutes: number) => new Date(now + minutes * 60_000).toISOString();

describe("the expiry of a share", () => {
  it.each([
    ["never", null],
    ["3600", inMinutes(60)],
    ["custom", undefined],
  ])("the form computes the expiry of a share from the chosen option (%s: %s)", (choice, expiresAt) => {
    expect(expiryOf(choice, { now })).toBe(expiresAt);
  });

  it("the expiry field reads a date in the local time zone", () => {
    expect(expiryOfField(toFieldValue(now + 60_000), { now })).toBe(inMinutes(1));
  });

  it.each(["", "2026-03-01T00:00"])("the expiry field refuses the value %j on March 3, 2026", (value) => {
    expect(expiryOfField(value, { now: Date.parse("2026-03-03T00:00:00Z") })).toBeUndefined();
  });

  it("a share counts as expired from the exact time of its expiry", () => {
    expect(isExpired(inMinutes(0), now)).toBe(true);
    expect(isExpired(inMinutes(1), now)).toBe(false);
    expect(isExpired(null, now)).toBe(false);
  });

  it("the page says in words when a share expires", () => {
    expect(describeExpiry(null, now)).toBe("Never expires");
    expect(describeExpiry(inMinutes(60 * 24 * 3), now)).toBe("Expires in 3\u00a0days");
    expect(describeExpiry(inMinutes(-5), now)).toBe("Expired 5\u00a0minutes\u00a0ago");
  });
});
