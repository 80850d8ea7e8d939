import { expect, it } from "vitest";
import { createUniqueNames } from "./zip-stream.ts";

it.each([
  [
    ["a.txt", "a.txt", "a.txt"],
    ["a.txt", "a (2).txt", "a (3).txt"],
  ],
  [
    ["a.txt", "A.TXT"],
    ["a.txt", "A (2).TXT"],
  ],
  [
    ["a.txt", "a (2).txt", "a.txt"],
    ["a.txt", "a (2).txt", "a (3).txt"],
  ],
  [
    [".env", ".env", "README", "README"],
    [".env", ".env (2)", "README", "README (2)"],
  ],
  [
    ["caf\u00e9.txt", "cafe\u0301.txt"],
    ["caf\u00e9.txt", "cafe\u0301 (2).txt"],
  ],
])("a ZIP gives each of %j a unique name", (filenames, names) => {
  expect(filenames.map(createUniqueNames())).toEqual(names);
});

it.each([
  ["../../etc/passwd", ".._.._etc_passwd"],
  ["C:\\Windows\\a.dll", "C__Windows_a.dll"],
  ["a:b.txt", "a_b.txt"],
  ["con", "_con"],
  ["LPT1.txt", "_LPT1.txt"],
  ["console.txt", "console.txt"],
  ["report. .", "report___"],
  ["a\u0000b\u001b[31m.txt", "a_b_[31m.txt"],
  ["..", "__"],
])("a ZIP stores %j as %j, which every usual file system accepts", (filename, name) => {
  expect(createUniqueNames()(filename)).toBe(name);
});

it.each([
  ["文".repeat(255), ".pdf"],
  ["a".repeat(300), ".txt"],
  ["😀".repeat(100), ".png"],
])("a ZIP shortens the name %s%s to 255 bytes, and keeps its extension", (stem, extension) => {
  const unique = createUniqueNames();
  const names = [1, 2, 3].map(() => unique(stem + extension));
  expect(new Set(names).size).toBe(3);
  for (const name of names) {
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255);
    expect(name.endsWith(extension)).toBe(true);
    expect(name.isWellFormed()).toBe(true);
  }
});

it("a ZIP has no two files whose names differ only in the form of a Greek sigma", () => {
  const unique = createUniqueNames();
  expect(["ος.txt", "οσ.txt"].map(unique)).toEqual(["ος.txt", "οσ (2).txt"]);
});
