import { describe, expect, it } from "vitest";
import { lex, tasksOf, toggleTask } from "./tasks.ts";

const SOURCE = [
  "- [ ] milk",
  "- [x] **bread**",
  "  1. [ ] rye",
  "",
  "```",
  "- [ ] code",
  "```",
  "",
  "> - [X] quoted",
  "",
].join("\n");

describe("the task boxes of a text", () => {
  it("the list of task boxes omits task boxes in code blocks", () => {
    expect(tasksOf(lex(SOURCE)).map(({ isDone, label }) => [isDone, label])).toEqual([
      [false, "milk"],
      [true, "**bread**"],
      [false, "rye"],
      [true, "quoted"],
    ]);
  });

  it.each([
    [0, "- [x] milk"],
    [1, "- [ ] **bread**"],
    [2, "  1. [x] rye"],
    [3, "> - [ ] quoted"],
  ])("checking or unchecking the task box at position %i changes only this task box", (position, line) => {
    const changed = toggleTask(SOURCE, position).split("\n");
    expect(changed.filter((one, nth) => one !== SOURCE.split("\n")[nth])).toEqual([line]);
    expect(tasksOf(lex(toggleTask(SOURCE, position)))).toHaveLength(4);
  });

  it("toggling a position that has no task box does not change the text", () => {
    expect(toggleTask(SOURCE, 4)).toBe(SOURCE);
  });
});

it.each([500, 5_000])("the Markdown reader shows a text that has %s nested quotes as plain text", (depth) => {
  const source = `${">".repeat(depth)} end`;
  expect(lex(source)).toEqual([{ type: "code", raw: source, text: source }]);
});

it("the Markdown reader reads a table and a few nested quotes", () => {
  expect(lex("| a | b |\n|---|---|\n| 1 | 2 |\n\n>> quote").map(({ type }) => type)).toEqual(
    expect.arrayContaining(["table", "blockquote"]),
  );
});
