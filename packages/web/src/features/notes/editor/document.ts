import { Fragment, type Node, Schema, Slice } from "prosemirror-model";
import { type EditorState, TextSelection, type Transaction } from "prosemirror-state";
import type { Replacement, Selected } from "./format-text.ts";

// The document of the editor is the Markdown source itself: one paragraph for each line. So the text of a note that nobody edits never
// changes, and positions in the document and offsets in the source differ only by the borders of the lines.
const schema = new Schema({
  nodes: {
    doc: { content: "line+" },
    line: {
      content: "text*",
      whitespace: "pre",
      parseDOM: [{ tag: "p" }, { tag: "div" }],
      toDOM: () => ["p", { dir: "auto" }, 0],
    },
    text: {},
  },
});

export function documentOf(text: string): Node {
  return schema.node("doc", null, linesOf(text));
}

const linesOf = (text: string) =>
  text.split("\n").map((line) => schema.node("line", null, line === "" ? [] : [schema.text(line)]));

export function textOf({ content }: Node | Slice): string {
  return content.textBetween(0, content.size, "\n");
}

export function sliceOf(text: string): Slice {
  return text === "" ? Slice.empty : new Slice(Fragment.from(linesOf(text)), 1, 1);
}

export function selectedOf({ doc, selection }: EditorState): Selected {
  const offsetOf = (position: number) => Math.max(0, position - doc.resolve(position).index(0) - 1);
  return { text: textOf(doc), start: offsetOf(selection.from), end: offsetOf(selection.to) };
}

/** Returns the position of an offset in the source. The text of another person can be shorter than the offset of the caret. */
export function positionOf(doc: Node, offset: number): number {
  const before = textOf(doc).slice(0, offset);
  return before.length + before.split("\n").length;
}

/** Replaces a part of the text, and selects a part of the new text. */
export function replaceText({ doc, tr }: EditorState, { from, to, text, start, end }: Replacement): Transaction {
  tr.replace(positionOf(doc, from), positionOf(doc, to), sliceOf(text));
  const [anchor, head] = [positionOf(tr.doc, start), positionOf(tr.doc, end)];
  return tr.setSelection(TextSelection.create(tr.doc, anchor, head)).scrollIntoView();
}

/** Shows a text from outside the editor, such as the text of another person. Keeps the selection, and adds no step to the undo history. */
export function showText({ doc, tr }: EditorState, text: string): Transaction | undefined {
  const next = documentOf(text);
  const from = doc.content.findDiffStart(next.content);
  const ends = doc.content.findDiffEnd(next.content);
  if (from === null || ends === null) return undefined;
  // Between "aa" and "aaa", the equal start and the equal end overlap.
  const overlap = Math.max(0, from - Math.min(ends.a, ends.b));
  tr.replace(from, ends.a + overlap, next.slice(from, ends.b + overlap));
  return tr.setMeta("addToHistory", false);
}
