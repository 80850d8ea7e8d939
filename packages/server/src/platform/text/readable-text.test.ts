import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, hasBidiControl, isVisible } from "./readable-text.ts";

describe("a text that people read", () => {
  it.each(["Maria", "Łucja", "مريم", "李", "한", "7", "?", "\u{1f600}", "\u200bM"])(
    "the check of readable texts finds visible characters in %j",
    (text) => {
      expect(isVisible(text)).toBe(true);
      expect(hasBidiControl(text)).toBe(false);
    },
  );

  it.each(["", " ", "\u200b", "\u2800", "\u3164", "\u00ad", "\u115f", "\uffa0", "\ufeff", "\u2060\u00a0", "\u0301"])(
    "the check of readable texts finds no visible character in %j",
    (text) => {
      expect(isVisible(text)).toBe(false);
    },
  );

  it.each(["\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"])(
    "the check of readable texts finds a bidirectional mark in %j",
    (mark) => {
      expect(hasBidiControl(`a${mark}b`)).toBe(true);
    },
  );
});

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
  ])("the function fold makes equal texts of %s and %s", (one, other) => {
    expect(fold(one)).toBe(fold(other));
  });

  it.each([
    ["e", "é"],
    ["a%", "ab"],
    ["İ", "i"],
    ["1", "１"],
  ])("the function fold makes different texts of %s and %s", (one, other) => {
    expect(fold(one)).not.toBe(fold(other));
  });

  it("the function fold treats the Greek final sigma like any other sigma", () => {
    expect(fold("ΟΔΟΣ ΑΒ")).toContain(fold("οδος"));
    expect(fold("ΟΔΟΣΑΒ")).toContain(fold("οδος"));
  });

  it("the function fold returns the same text for upper case, lower case and an already folded text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
        expect(fold(text.toUpperCase())).toBe(fold(text));
      }),
    );
  });
});
