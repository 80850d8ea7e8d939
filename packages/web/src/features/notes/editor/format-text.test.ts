import { expect, it } from "vitest";
import { continueList, formatText, type Replacement, removeMark, type Selected } from "./format-text.ts";

/** Applies a change to a text. The characters ‹ and › enclose the selection. */
function apply(marked: string, change: (selected: Selected) => Replacement | undefined): string {
  const start = marked.indexOf("‹");
  const end = marked.indexOf("›") - 1;
  const text = marked.replace(/[‹›]/g, "");
  const to = change({ text, start, end });
  if (to === undefined) return marked;
  const result = text.slice(0, to.from) + to.text + text.slice(to.to);
  return `${result.slice(0, to.start)}‹${result.slice(to.start, to.end)}›${result.slice(to.end)}`;
}

it.each([
  ["bold", "on ‹Friday ›at 10", "on **‹Friday›** at 10"],
  ["bold", "on **‹Friday›** at 10", "on ‹Friday› at 10"],
  ["bold", "on ‹**Friday**› at 10", "on ‹Friday› at 10"],
  ["bold", "‹›", "**‹›**"],
  ["bold", "**‹›**", "‹›"],
  ["bold", "‹- one\n\n- two›", "‹- **one**\n\n- **two**›"],
  ["bold", "‹**a** and **b**›", "**‹**a** and **b**›**"],
  ["link", "see ‹the rules›.", "see [the rules](‹https://›)."],
  ["link", "‹https://example.com/›", "[‹›](https://example.com/)"],
  ["link", "see ‹›", "see [‹›](https://)"],
  ["heading", "a\nWhat‹› is here\nb", "a\n## What‹› is here\nb"],
  ["heading", "## What‹› is here", "What‹› is here"],
  ["heading", "- ‹›one", "## ‹›one"],
  ["list", "‹one\n\ntwo\n›three", "‹- one\n\n- two›\nthree"],
  ["list", "‹- one\n- two›", "‹one\ntwo›"],
  ["list", "\n‹›", "\n- ‹›"],
  ["list", "‹›\na", "- ‹›\na"],
  ["task", "- one‹›", "- [ ] one‹›"],
  ["task", "- [x] one‹›", "one‹›"],
  ["task", "‹›", "- [ ] ‹›"],
] as const)("the text tool %s changes the selected text %j to %j", (tool, before, after) => {
  expect(apply(before, (selected) => formatText(selected, tool))).toBe(after);
});

it.each([
  ["- one‹›", "- one\n- ‹›"],
  ["a\n  9. on‹›e\nb", "a\n  9. on\n  10. ‹›e\nb"],
  ["- [x] one‹›", "- [x] one\n- [ ] ‹›"],
  ["- one\n- ‹›\nb", "- one\n‹›\nb"],
  ["one‹›", "one‹›"],
  ["- ‹one›", "- ‹one›"],
  ["-‹› one", "-‹› one"],
])("Enter in a list changes %j to %j", (before, after) => {
  expect(apply(before, continueList)).toBe(after);
});

it.each([
  ["a\n- [ ] ‹›one", "a\n‹›one"],
  ["## ‹›one", "‹›one"],
  ["#   ‹›one", "‹›one"],
  ["1. [x] ‹›one", "‹›one"],
  ["##‹› one", "##‹› one"],
  ["  ‹›one", "  ‹›one"],
  ["‹- ›one", "‹- ›one"],
])("Backspace after the mark of a line changes %j to %j", (before, after) => {
  expect(apply(before, removeMark)).toBe(after);
});
