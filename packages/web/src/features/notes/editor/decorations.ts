import { type EditorState, Plugin, type Selection } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { describeLines, type Line, type Range } from "./markdown-lines.ts";

/**
 * Shows each part of the Markdown source in its format. The marks of a format, such as `**`, are visible only if the caret is beside them,
 * so that the user sees each character that a key deletes.
 */
export const formats: Plugin<DecorationSet> = new Plugin<DecorationSet>({
  state: {
    init: (_, state) => decorate(state),
    // While an input method composes a word, the elements around the word must stay.
    apply: (tr, shown, _, state) =>
      tr.getMeta("composition") === undefined ? decorate(state) : shown.map(tr.mapping, tr.doc),
  },
  props: { decorations: (state) => formats.getState(state) },
});

const ELEMENTS = {
  bold: { nodeName: "strong" },
  italic: { nodeName: "em" },
  struck: { nodeName: "del" },
  code: { nodeName: "code" },
  link: { class: "link" },
  plain: {},
  cell: { class: "cell" },
  bar: { class: "bar" },
} as const;

/** The mark of these lines is hidden, except in an empty line, which needs a place for the caret. */
const HIDDEN: readonly Line["kind"][] = ["title", "heading", "quote"];
/** Of these lines, the style sheet draws a bullet or a box in the place of the mark. */
const DRAWN: readonly Line["kind"][] = ["list", "task", "done"];

/** The average width of a character, in em. A column of a table has this width for each character of its widest cell. */
const LETTER = 0.56;

/** The time that ProseMirror needs for the formats grows with the square of the number of lines. So a longer text appears as plain text. */
const MAX_LINES = 500;

function decorate({ doc, selection }: EditorState): DecorationSet {
  if (doc.childCount > MAX_LINES) return DecorationSet.empty;
  const lines = describeLines(doc.children);
  const all: Decoration[] = [];
  doc.forEach((node, position, nth) => {
    const { kind = "text", level = 0, markLength = 0, spans = [] } = lines[nth] ?? {};
    const at = (offset: number) => position + 1 + offset;
    const isCurrent = selection.head >= at(0) && selection.head <= at(node.content.size);
    const className = kind === "below-head" && isCurrent ? "line-row" : `line-${kind}`;
    all.push(Decoration.node(position, position + node.nodeSize, { class: className, style: `--level: ${level}` }));
    const isInMark = selection.empty && selection.head >= at(0) && selection.head < at(markLength);
    const isBare = markLength === node.content.size;
    const look = DRAWN.includes(kind) ? "drawn" : HIDDEN.includes(kind) && !isBare ? "hidden" : "";
    if (markLength > 0) all.push(Decoration.inline(at(0), at(markLength), { class: `mark ${isInMark ? "" : look}` }));
    for (const { from, to, style, marks, width, align } of spans) {
      const isShown = marks.some((mark) => isBeside(selection, { from: at(mark.from), to: at(mark.to) }));
      const column = width !== undefined && {
        style: `min-width: min(100cqi, ${width * LETTER}em); text-align: ${align}`,
      };
      all.push(Decoration.inline(at(from), at(to), { ...ELEMENTS[style], ...column }));
      for (const mark of marks) {
        all.push(Decoration.inline(at(mark.from), at(mark.to), { class: isShown ? "mark" : "hidden" }));
      }
    }
  });
  return DecorationSet.create(doc, all);
}

/** Returns whether the caret is in a mark or directly beside it, or whether one end of the selected text is inside the mark. */
function isBeside({ empty, anchor, head }: Selection, { from, to }: Range): boolean {
  if (empty) return head >= from && head <= to;
  return [anchor, head].some((end) => end > from && end < to);
}
