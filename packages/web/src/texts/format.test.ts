import { describe, expect, it } from "vitest";
import { splitName } from "./format.ts";

describe("a filename is cut", () => {
  it.each([
    ["Contract of the third of March, signed.pdf", "Contract of the third of March, s", "igned.pdf"],
    ["archive.tar.gz", "archiv", "e.tar.gz"],
    ["README", "R", "EADME"],
    [".env", "", ".env"],
    ["a.txt", "", "a.txt"],
    ["Minutes, v. 3 of the whole board", "Minutes, v. 3 of the whole ", "board"],
    ["", "", ""],
  ])("the filename %j is cut before its last letters and its extension", (filename, head, tail) => {
    expect(splitName(filename)).toEqual({ head, tail });
  });

  it("a filename is cut between characters, not within one", () => {
    const { head, tail } = splitName("family 👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧.png");
    expect(head).toBe("family ");
    expect(tail).toBe("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧.png");
  });
});
