import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, hasBidiControl, isVisible } from "./readable-text.ts";

describe("a text that people read", () => {
  it.each(["Maria", "Łucja", "مريم", "李", "한", "7", "?", "\u{1f600}", "\u200bM"])(
    "a text that people read is visible: %j",
    (text) => {
      expect(isVisible(text)).toBe(true);
      expect(hasBidiControl(text)).toBe(false);
    },
  );

  it.each(["", " ", "\u200b", "\u2800", "\u3164", "\u00ad", "\u115f", "\uffa0", "\ufeff", "\u2060\u00a0", "\u0301"])(
    "a text that people read is invisible: %j",
    (text) => {
      expect(isVisible(text)).toBe(false);
    },
  );

  it.each(["\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"])(
    "a text that people read has a bidirectional mark: %j",
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
  ])("fold turns %s and %s into the same text", (one, other) => {
    expect(fold(one)).toBe(fold(other));
  });

  it.each([
    ["e", "é"],
    ["a%", "ab"],
    ["İ", "i"],
    ["1", "１"],
  ])("fold turns %s and %s into different texts", (one, other) => {
    expect(fold(one)).not.toBe(fold(other));
  });

  it("fold treats the final sigma like any sigma", () => {
    expect(fold("ΟΔΟΣ ΑΒ")).toContain(fold("οδος"));
    expect(fold("ΟΔΟΣΑΒ")).toContain(fold("οδος"));
  });

  it("fold is independent of case and idempotent", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
        expect(fold(text.toUpperCase())).toBe(fold(text));
      }),
    );
  });
});
