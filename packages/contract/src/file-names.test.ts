import { posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalisePath, problemOfPath } from "./file-names.ts";

const problemOf = (path: string) => problemOfPath(normalisePath(path));

/** Texts from characters and words that are dangerous in paths. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom("..", ".", "/", "\\", "C:", "\0", "CON", "nul.txt", " ", "~", "\u202e", "e\u0301", "\ud800"),
      fc.string({ unit: "grapheme" }),
    ),
  )
  .map((parts) => parts.join(""));

describe("the path of a file", () => {
  it.each([
    ["", ""],
    ["photos", "photos/"],
    ["photos/2024/", "photos/2024/"],
    ["re\u0301sume\u0301", "r\u00e9sum\u00e9/"],
    ["Ελλάδα/写真", "Ελλάδα/写真/"],
    [".git", ".git/"],
    ["console/com10", "console/com10/"],
  ])("the path %j is normalised to %j", (path, normalised) => {
    expect(problemOf(path)).toBeUndefined();
    expect(normalisePath(path)).toBe(normalised);
  });

  it.each([
    ["the name . or ..", ["..", "a/../../b", "./a"]],
    ["absolute", ["/etc", "C:/Windows", "c:x"]],
    ["without a name", ["a//b", "a//"]],
    ["backslash", ["a\\..\\b"]],
    ["control character", ["a\0b", "a\nb", "a\u009fb"]],
    ["text-direction mark", ["gpj.\u202eexe"]],
    ["surrogate", ["a\ud800"]],
    ["Windows reserves", ["CON", "a/nul.tar.gz", "aux .txt/b", "com\u00b9", "ConOut$"]],
    ["ends with a dot or a space", ["a./b", "a /b", " "]],
    ["longer than 1024 characters", ["a".repeat(5_000), "a/".repeat(1_000)]],
    ["longer than 255 bytes", ["文".repeat(86)]],
    ["more than 32 folders", ["a/".repeat(33)]],
  ])('an invalid path is refused with a message that contains "%s"', (problem, paths) => {
    for (const path of paths) expect(problemOf(path)).toContain(problem);
  });

  it("no valid path leads out of its target folder on any operating system", () => {
    fc.assert(
      fc.property(hostile, (path) => {
        const normalised = normalisePath(path);
        if (problemOfPath(normalised) !== undefined) return;
        expect(posix.join("/root", `${normalised}f`)).toBe(`/root/${normalised}f`);
        expect(win32.join("D:\\root", `${normalised}f`)).toBe(`D:\\root\\${normalised.replaceAll("/", "\\")}f`);
      }),
      { numRuns: 2_000 },
    );
  });

  it("a second normalisation of a path changes nothing", () => {
    fc.assert(
      fc.property(hostile, (path) => {
        expect(normalisePath(normalisePath(path))).toBe(normalisePath(path));
      }),
    );
  });
});
