import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "./fold.ts";

describe("fold", () => {
  it.each([
    ["Plan", "PLAN"],
    ["Überblick", "ÜBERBLICK"],
    ["e\u0301tude", "\u00c9TUDE"],
    ["Straße", "STRASSE"],
    ["STRAẞE", "straße"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευς"],
    ["ПЛАН", "план"],
    ["Ǆ", "ǅ"],
  ])("folds %s and %s to the same text", (one, other) => {
    expect(fold(one)).toBe(fold(other));
  });

  it.each([
    ["e", "é"],
    ["a%", "ab"],
    ["İ", "i"],
    ["1", "１"],
  ])("folds %s and %s to different texts", (one, other) => {
    expect(fold(one)).not.toBe(fold(other));
  });

  it("folds the final sigma like any sigma", () => {
    expect(fold("ΟΔΟΣ ΑΒ")).toContain(fold("οδος"));
    expect(fold("ΟΔΟΣΑΒ")).toContain(fold("οδος"));
  });

  it("is independent of case and idempotent", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
        expect(fold(text.toUpperCase())).toBe(fold(text));
      }),
    );
  });
});
