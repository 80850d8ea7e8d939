import { describe, expect, it } from "vitest";
import { groupNotes, plainSnippet } from "./group-by-day.ts";

const now = new Date(2026, 2, 10, 12).getTime();
const instant = (day: number, hour: number) => new Date(2026, 2, day, hour).toISOString();
const at = (day: number, hour: number, given = {}) => ({
  createdAt: instant(day, hour),
  updatedAt: instant(day, hour),
  isPinned: false,
  ...given,
});
const created = { now, order: "created", isSearch: false } as const;

describe("the list of notes", () => {
  it("the list of notes has a group for each day", () => {
    const groups = groupNotes([at(10, 11), at(10, 0), at(9, 23), at(3, 8)], created);
    expect(groups.map(({ heading, notes }) => [heading, notes.length])).toEqual([
      ["Today", 2],
      ["Yesterday", 1],
      [expect.stringMatching(/^Tuesday/), 1],
    ]);
  });

  it("the list of notes has a group of pinned notes unless the user searches", () => {
    const notes = [at(3, 8, { isPinned: true }), at(10, 11)];
    const headings = (options: Partial<Parameters<typeof groupNotes>[1]>) =>
      groupNotes(notes, { ...created, ...options }).map(({ heading }) => heading);
    expect(headings({})).toEqual(["Pinned", "Today"]);
    expect(headings({ order: "title" })).toEqual(["Pinned", "Title A–Z"]);
    expect(headings({ isSearch: true })).toEqual([expect.stringMatching(/^Tuesday/), "Today"]);
  });

  it("the list that is sorted by last change groups notes by the day of the change", () => {
    const notes = [at(3, 8, { updatedAt: instant(10, 11) }), at(9, 23)];
    const groups = groupNotes(notes, { ...created, order: "changed" });
    expect(groups.map(({ heading }) => heading)).toEqual(["Today", "Yesterday"]);
  });

  it.each([
    ["# Plan\n\n- [ ] **milk**\n- bread", "Plan milk bread"],
    ["> See [the rules](https://example.com) and ![a picture](x.png)", "See the rules and a picture"],
    ["", ""],
  ])("the list of notes shows the text %j without Markdown syntax", (source, snippet) => {
    expect(plainSnippet(source)).toBe(snippet);
  });
});
