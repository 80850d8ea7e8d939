import { expect, it } from "vitest";
import { splitMatch } from "./found.tsx";

it.each([
  ["Tax return 2025", "RETURN", ["Tax ", "return", " 2025"]],
  ["Übersicht", "über", ["", "Über", "sicht"]],
  ["a.b", ".", ["a", ".", "b"]],
  ["report.pdf", "png", undefined],
  ["report.pdf", "", undefined],
  // In lower case, the letter İ has two characters.
  ["İstanbul", "istanbul", undefined],
])("the list of notes splits the text %j at a match of %j into %j", (text, q, parts) => {
  expect(splitMatch(text, q)).toEqual(parts);
});
