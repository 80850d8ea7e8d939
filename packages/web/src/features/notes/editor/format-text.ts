/** A text with its selection. The offsets are in UTF-16 code units, as in a text field. */
export type Selected = { text: string; start: number; end: number };
/** Describes a change: `text` replaces the range from `from` to `to`, and then the range from `start` to `end` is selected. */
export type Replacement = { from: number; to: number } & Selected;

const marks = { heading: "## ", list: "- ", task: "- [ ] " } as const;
const MARK = /^\s*(?:#{1,6} +|(?:[-*+]|\d+[.)]) (?:\[[ xX]\] )?)?/;

export type TextTool = keyof typeof marks | "bold" | "link";

/** Formats the selected text in Markdown. If the whole selection already has the format, removes the format, except from links. */
export function formatText(selected: Selected, tool: TextTool): Replacement {
  if (tool === "bold") return formatBold(withoutSpaces(selected));
  if (tool === "link") return formatLink(withoutSpaces(selected));
  return formatLines(selected, tool);
}

function withoutSpaces({ text, start, end }: Selected): Selected {
  const inner = text.slice(start, end);
  if (inner.trim() === "") return { text, start, end };
  return {
    text,
    start: start + inner.length - inner.trimStart().length,
    end: end - (inner.length - inner.trimEnd().length),
  };
}

function formatBold({ text, start, end }: Selected): Replacement {
  const inner = text.slice(start, end);
  if (text.slice(0, start).endsWith("**") && text.startsWith("**", end)) {
    return { from: start - 2, to: end + 2, text: inner, start: start - 2, end: end - 2 };
  }
  if (inner.length >= 4 && inner.startsWith("**") && inner.endsWith("**") && !inner.slice(2, -2).includes("**")) {
    return { from: start, to: end, text: inner.slice(2, -2), start, end: end - 4 };
  }
  if (!inner.includes("\n")) return { from: start, to: end, text: `**${inner}**`, start: start + 2, end: end + 2 };
  // Bold text cannot contain a line break before a list item or a heading. So each line gets its own bold marks, after its list or heading
  // mark.
  const bold = inner.replace(/^.+$/gm, (line) => {
    const mark = MARK.exec(line)?.[0] ?? "";
    return mark.length === line.length ? line : `${mark}**${line.slice(mark.length).trimEnd()}**`;
  });
  return { from: start, to: end, text: bold, start, end: start + bold.length };
}

const URL = "https://";

function formatLink({ text, start, end }: Selected): Replacement {
  const inner = text.slice(start, end);
  if (/^https?:\/\/\S+$/i.test(inner)) {
    return { from: start, to: end, text: `[](${inner})`, start: start + 1, end: start + 1 };
  }
  const link = `[${inner}](${URL})`;
  const next = inner === "" ? { start: start + 1, end: start + 1 } : { start: end + 3, end: end + 3 + URL.length };
  return { from: start, to: end, text: link, ...next };
}

function formatLines({ text, start, end }: Selected, tool: keyof typeof marks): Replacement {
  const { from } = lineAt(text, start);
  // If the selection ends directly after a line break, the next line is not part of the selection.
  const { to } = lineAt(text, end > start && text[end - 1] === "\n" ? end - 1 : end);
  const lines = text.slice(from, to).split("\n");
  const filled = lines.filter((line) => line.trim() !== "");
  const isFormatted = filled.length > 0 && filled.every((line) => toolOf(line) === tool);
  const changed = lines.map((line) => {
    if (line.trim() === "" && filled.length > 0) return line;
    return (isFormatted ? "" : marks[tool]) + line.replace(MARK, "");
  });
  const result = changed.join("\n");
  const caret = Math.max(from, start + result.length - (to - from));
  return {
    from,
    to,
    text: result,
    ...(start === end ? { start: caret, end: caret } : { start: from, end: from + result.length }),
  };
}

const ITEM = /^(\s*)(?:([-*+])|(\d{1,9})([.)])) (\[[ xX]\] )?/;

/** Starts the next item of a list after Enter. In an empty item, removes its mark, which ends the list. Returns undefined outside a list. */
export function continueList({ text, start, end }: Selected): Replacement | undefined {
  const { from, to } = lineAt(text, start);
  const [mark, indent = "", bullet, number, point, box] = ITEM.exec(text.slice(from, to)) ?? [];
  if (mark === undefined || start !== end || start < from + mark.length) return undefined;
  if (from + mark.length === to) return { from, to, text: "", start: from, end: from };
  const next = `\n${indent}${bullet ?? `${Number(number) + 1}${point}`} ${box === undefined ? "" : "[ ] "}`;
  return { from: start, to: start, text: next, start: start + next.length, end: start + next.length };
}

/** Removes the mark of a line if the caret is directly after the mark, such as after `- [ ] `. */
export function removeMark({ text, start, end }: Selected): Replacement | undefined {
  const { from } = lineAt(text, start);
  const mark = MARK.exec(text.slice(from))?.[0] ?? "";
  if (start !== end || mark.trim() === "" || start !== from + mark.length) return undefined;
  return { from, to: start, text: "", start: from, end: from };
}

function lineAt(text: string, at: number): { from: number; to: number } {
  const to = text.indexOf("\n", at);
  return { from: at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1, to: to === -1 ? text.length : to };
}

function toolOf(line: string): keyof typeof marks | undefined {
  const mark = MARK.exec(line)?.[0].trim() ?? "";
  if (mark === "") return undefined;
  return mark.startsWith("#") ? "heading" : mark.endsWith("]") ? "task" : "list";
}
