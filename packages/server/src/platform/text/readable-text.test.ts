import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, hasBidiControl, isVisible } from "./readable-text.ts";

describe("the check of texts that people read", () => {
  it.each(["Maria", "Łucja", "مريم", "李", "한", "7", "?", "\u{1f600}", "\u200bM"])(
    "the text %j has visible characters",
    (text) => {
      expect(isVisible(text)).toBe(true);
      expect(hasBidiControl(text)).toBe(false);
    },
  );

  it.each(["", " ", "\u200b", "\u2800", "\u3164", "\u00ad", "\u115f", "\uffa0", "\ufeff", "\u2060\u00a0", "\u0301"])(
    "the text %j has no visible character",
    (text) => {
      expect(isVisible(text)).toBe(false);
    },
  );

  it.each(["\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"])(
    "the text %j has a bidirectional mark",
    (mark) => {
      expect(hasBidiControl(`a${mark}b`)).toBe(true);
    },
  );
});

describe("the function fold", () => {
  it.each([
    ["Plan", "PLAN"],
    ["Überblick", "ÜBERBLICK"],
    ["e\u0301tude", "\u00c9TUDE"],
    ["Straße", "STRASSE"],
    ["STRAẞE", "straße"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευς"],
    ["ПЛАН", "план"],
    ["Ǆ", "ǅ"],
  ])("the function fold returns the same text for %s and %s", (one, other) => {
    expect(fold(one)).toBe(fold(other));
  });

  it.each([
    ["e", "é"],
    ["a%", "ab"],
    ["İ", "i"],
    ["1", "１"],
  ])("the function fold returns different texts for %s and %s", (one, other) => {
    expect(fold(one)).not.toBe(fold(other));
  });

  it("the function fold treats the Greek final sigma like any other sigma", () => {
    expect(fold("ΟΔΟΣ ΑΒ")).toContain(fold("οδος"));
    expect(fold("ΟΔΟΣΑΒ")).toContain(fold("οδος"));
  });

  it("the function fold returns the same text for a text and its upper-case form", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
        expect(fold(text.toUpperCase())).toBe(fold(text));
      }),
    );
  });
});
