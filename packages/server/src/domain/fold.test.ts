import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "./fold.ts";

describe("the form in which texts are searched", () => {
  it.each([
    ["Plan", "PLAN"],
    ["Überblick", "ÜBERBLICK"],
    ["e\u0301tude", "\u00c9TUDE"],
    ["Straße", "STRASSE"],
    ["STRAẞE", "straße"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευς"],
    ["ПЛАН", "план"],
    ["Ǆ", "ǅ"],
  ])("is one for %s and %s", (one, other) => {
    expect(fold(one)).toBe(fold(other));
  });

  it.each([
    ["e", "é"],
    ["a%", "ab"],
    ["İ", "i"],
    ["1", "１"],
  ])("is not one for %s and %s", (one, other) => {
    expect(fold(one)).not.toBe(fold(other));
  });

  it("finds a word wherever it stands, though a sigma is written otherwise at the end of one", () => {
    expect(fold("ΟΔΟΣ ΑΒ")).toContain(fold("οδος"));
    expect(fold("ΟΔΟΣΑΒ")).toContain(fold("οδος"));
  });

  it("is the same for a text, for it in the other cases, and for itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
        expect(fold(text.toUpperCase())).toBe(fold(text));
      }),
    );
  });
});
