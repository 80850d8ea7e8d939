import { posix, win32 } from "node:path";
import { normalisePath, problemOfPath } from "@valetkey/contract";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createUniqueNames, pathOf } from "./file-names.ts";

const nameEach = (filenames: readonly string[]) => {
  const nameOf = createUniqueNames();
  return filenames.map((filename) => nameOf({ filename }));
};

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
])("the client writes files with the names %j into a ZIP with the names %j", (filenames, names) => {
  expect(nameEach(filenames)).toEqual(names);
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
  ["", "_"],
  ["com\u00b9 .txt", "_com\u00b9 .txt"],
])("a ZIP stores the filename %j as %j, which all common file systems accept", (filename, name) => {
  expect(nameEach([filename])).toEqual([name]);
});

it.each([
  ["文".repeat(255), ".pdf"],
  ["a".repeat(300), ".txt"],
  ["😀".repeat(100), ".png"],
])("a ZIP shortens a long filename to 255 bytes and keeps its extension (%s%s)", (stem, extension) => {
  const names = nameEach([1, 2, 3].map(() => stem + extension));
  expect(new Set(names).size).toBe(3);
  for (const name of names) {
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255);
    expect(name.endsWith(extension)).toBe(true);
    expect(name.isWellFormed()).toBe(true);
  }
});

it("a ZIP treats filenames that differ only in the form of a Greek sigma as equal", () => {
  expect(nameEach(["ος.txt", "οσ.txt"])).toEqual(["ος.txt", "οσ (2).txt"]);
});

it.each([
  [
    ["a/x", "a/x", "b/x"],
    ["a/x", "a/x (2)", "b/x"],
  ],
  [
    ["Photos/x", "photos/X"],
    ["Photos/x", "Photos/X (2)"],
  ],
  [
    ["e\u0301/x", "\u00e9/y"],
    ["e\u0301/x", "e\u0301/y"],
  ],
  // A file and a folder cannot have the same name. Two folders can get the same name when their names are made storable.
  [
    ["a", "a/x", "a/y"],
    ["a", "a (2)/x", "a (2)/y"],
  ],
  [
    ["a/x", "a"],
    ["a/x", "a (2)"],
  ],
  [
    ["a:b/x", "a_b/x"],
    ["a_b/x", "a_b (2)/x"],
  ],
  [
    ["../../etc/x", "/etc/x", "C:\\/x", "con/x", "a./x"],
    ["__/__/etc/x", "etc/x", "C__/x", "_con/x", "a_/x"],
  ],
])("the client writes files with the paths %j into a ZIP with the paths %j", (files, names) => {
  const nameOf = createUniqueNames();
  const named = files.map((file) => {
    const end = file.lastIndexOf("/") + 1;
    return nameOf({ path: file.slice(0, end), filename: file.slice(end) });
  });
  expect(named).toEqual(names);
});

/** Texts from characters and words that are dangerous in paths. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom("..", ".", "/", "\\", "C:", "\0", "CON", "nul.txt", " ", "~", "e\u0301"),
      fc.string({ unit: "grapheme" }),
    ),
  )
  .map((parts) => parts.join(""));

it("requirement 2: no path or filename puts a file outside of the target folder", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ path: hostile, filename: hostile }), { maxLength: 5 }), (files) => {
      const names = files.map(createUniqueNames());
      expect(new Set(names.map((name) => name.toUpperCase())).size).toBe(files.length);
      for (const name of names) {
        expect(posix.join("/root", name)).toBe(`/root/${name}`);
        expect(win32.join("D:\\root", name)).toBe(`D:\\root\\${name.replaceAll("/", "\\")}`);
        expect(problemOfPath(normalisePath(name.normalize("NFC"))) ?? "long").toMatch(
          /longer|more than|long$|text-direction/,
        );
      }
    }),
    { numRuns: 1_000 },
  );
});

it.each([
  ["photos/2024/sea.jpg", "photos/2024/"],
  ["sea.jpg", undefined],
  ["", undefined],
])("for a chosen file with the relative path %j, the client uses the folder %j", (webkitRelativePath, path) => {
  expect(pathOf({ webkitRelativePath })).toBe(path);
});

it("equal filenames that are too long get different shortened names", () => {
  const long = `${"s".repeat(1_000_000)}.${"e".repeat(200)}`;
  const [one = "", other = ""] = nameEach([long, long]);
  expect([one.length, other.length]).toEqual([255, 255]);
  expect(other).toMatch(/ \(2\)$/);
});

it("50,000 equal filenames quickly get 50,000 different names", () => {
  const names = nameEach(Array.from({ length: 50_000 }, (_, index) => (index % 2 === 0 ? "a.txt" : "A.TXT")));
  expect(names.slice(-2)).toEqual(["a (49999).txt", "A (50000).TXT"]);
});
