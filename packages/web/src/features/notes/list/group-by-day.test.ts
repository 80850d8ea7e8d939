import { describe, expect, it } from "vitest";
import { groupByDay, plainSnippet } from "./group-by-day.ts";

const now = new Date(2026, 2, 10, 12).getTime();
const at = (day: number, hour: number) => ({ createdAt: new Date(2026, 2, day, hour).toISOString() });

describe("the list of notes", () => {
  it("the list of notes has a group for each day", () => {
    const groups = groupByDay([at(10, 11), at(10, 0), at(9, 23), at(3, 8)], now);
    expect(groups.map(({ day, notes }) => [day, notes.length])).toEqual([
      ["Today", 2],
      ["Yesterday", 1],
      [expect.stringMatching(/^Tuesday/), 1],
    ]);
  });

  it.each([
    ["# Plan\n\n- [ ] **milk**\n- bread", "Plan milk bread"],
    ["> See [the rules](https://example.com) and ![a picture](x.png)", "See the rules and a picture"],
    ["", ""],
  ])("the list of notes shows the text %j without marks", (source, snippet) => {
    expect(plainSnippet(source)).toBe(snippet);
  });
});
