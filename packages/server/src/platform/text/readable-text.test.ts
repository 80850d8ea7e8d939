import { describe, expect, it } from "vitest";
import { hasBidiControl, isVisible } from "./readable-text.ts";

describe("a text that people read", () => {
  it.each(["Maria", "Łucja", "مريم", "李", "한", "7", "?", "\u{1f600}", "\u200bM"])("is visible: %j", (text) => {
    expect(isVisible(text)).toBe(true);
    expect(hasBidiControl(text)).toBe(false);
  });

  it.each(["", " ", "\u200b", "\u2800", "\u3164", "\u00ad", "\u115f", "\uffa0", "\ufeff", "\u2060\u00a0", "\u0301"])(
    "is invisible: %j",
    (text) => {
      expect(isVisible(text)).toBe(false);
    },
  );

  it.each(["\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"])(
    "has a bidirectional mark: %j",
    (mark) => {
      expect(hasBidiControl(`a${mark}b`)).toBe(true);
    },
  );
});
