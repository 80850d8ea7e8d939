import { clsx } from "clsx";
import { baseKeymap } from "prosemirror-commands";
import { history, redo, undo } from "prosemirror-history";
import { keymap } from "prosemirror-keymap";
import type { Slice } from "prosemirror-model";
import { type Command, EditorState, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { type RefObject, useEffectEvent, useLayoutEffect, useRef } from "react";
import { texts } from "../../../texts/index.ts";
import { formats } from "./decorations.ts";
import { documentOf, positionOf, replaceText, selectedOf, showText, sliceOf, textOf } from "./document.ts";
import { continueList, formatText, type Replacement, removeMark, type Selected, type TextTool } from "./format-text.ts";

const words = texts.notes;
/** The space between the caret and the border of the page while the user writes. The bars at the top cover part of the page. */
const MARGIN = { top: 100, right: 8, bottom: 24, left: 8 };

type NoteEditorProps = {
  ref: RefObject<EditorView | null>;
  body: string;
  /** The start and the end of the selected source when the editor opens. */
  selected: [start: number, end: number];
  maxLength: number;
  className: string;
  onChange: (body: string) => void;
};

/** A text field that shows the formats of Markdown while the user writes. The text is always the exact source. */
export function NoteEditor({ ref, body, selected, maxLength, className, onChange }: NoteEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const change = useEffectEvent(onChange);
  const open = useEffectEvent(() => {
    const doc = documentOf(withLineFeeds(body));
    const [anchor, head] = selected.map((offset) => positionOf(doc, offset));
    const selection = TextSelection.create(doc, anchor ?? 1, head);
    const view = new EditorView(place.current, {
      state: EditorState.create({ doc, selection, plugins: [keymap(keys), keymap(baseKeymap), history(), formats] }),
      attributes: ({ doc: { content } }) => ({
        role: "textbox",
        "aria-multiline": "true",
        "aria-label": words.body,
        "aria-placeholder": words.emptyBody,
        class: clsx("note-editor", content.size === 2 && "is-empty", className),
      }),
      scrollThreshold: MARGIN,
      scrollMargin: MARGIN,
      // The page attaches files that the user drops or pastes.
      handleDOMEvents: {
        mousedown: toggleTask,
        drop: (_, { dataTransfer }) => dataTransfer?.types.includes("Files") === true,
      },
      handlePaste({ state }, { clipboardData }) {
        const room = maxLength - textOf(state.doc).length + textOf(state.selection.content()).length;
        const slice = pasted(clipboardData, room);
        if (slice.size > 0) view.dispatch(state.tr.replaceSelection(slice).scrollIntoView());
        return true;
      },
      handleDrop(view, { dataTransfer, clientX: left, clientY: top }, _, isMoved) {
        const at = view.posAtCoords({ left, top });
        if (isMoved || at === null) return false;
        view.dispatch(view.state.tr.replace(at.pos, at.pos, pasted(dataTransfer, maxLength)));
        return true;
      },
      clipboardTextSerializer: textOf,
      dispatchTransaction(tr) {
        const text = textOf(tr.doc);
        if (tr.docChanged && text.length > Math.max(maxLength, textOf(view.state.doc).length)) return;
        view.updateState(view.state.apply(tr));
        if (tr.docChanged && tr.getMeta("addToHistory") !== false) change(text);
      },
    });
    return view;
  });
  useLayoutEffect(() => {
    const view = open();
    ref.current = view;
    view.focus();
    view.dispatch(view.state.tr.scrollIntoView());
    return () => view.destroy();
  }, [ref]);
  useLayoutEffect(() => {
    const view = ref.current;
    const shown = view === null ? undefined : showText(view.state, withLineFeeds(body));
    if (shown !== undefined) view?.dispatch(shown);
  }, [ref, body]);
  return <div ref={place} />;
}

/** Replaces the line ends as a text field does. A text that nobody edits keeps its line ends, because the editor then saves nothing. */
const withLineFeeds = (text: string) => text.replace(/\r\n?/g, "\n");

/** Returns the plain text of the clipboard or of a drop, without its formats. Does not cut a character in two halves. */
function pasted(data: DataTransfer | null, maxLength: number): Slice {
  const text = withLineFeeds(data?.getData("text/plain") ?? "").slice(0, maxLength);
  return sliceOf(text.replace(/[\uD800-\uDBFF]$/, ""));
}

const editing =
  (edit: (selected: Selected) => Replacement | undefined): Command =>
  (state, dispatch) => {
    const replacement = edit(selectedOf(state));
    if (replacement !== undefined) dispatch?.(replaceText(state, replacement));
    return replacement !== undefined;
  };

/** Returns the command of a text tool. */
export const format = (tool: TextTool): Command => editing((selected) => formatText(selected, tool));

const newLine = editing(({ start, end }) => ({ from: start, to: end, text: "\n", start: start + 1, end: start + 1 }));
const continueLine = editing(continueList);

const keys: Record<string, Command> = {
  Enter: (state, dispatch) => continueLine(state, dispatch) || newLine(state, dispatch),
  "Shift-Enter": newLine,
  "Alt-Enter": newLine,
  Backspace: editing(removeMark),
  "Mod-b": format("bold"),
  // If no text is selected, this key opens the search of the app, as on the rest of the page.
  "Mod-k": (state, dispatch) => !state.selection.empty && format("link")(state, dispatch),
  "Mod-z": undo,
  "Mod-y": redo,
  "Shift-Mod-z": redo,
};

/** Ticks the clicked box of a task, or removes its tick. */
function toggleTask(view: EditorView, event: MouseEvent): boolean {
  const box = (event.target as Element).closest(".line-task > .drawn, .line-done > .drawn");
  // Other buttons open a menu or paste text.
  if (box === null || event.button !== 0 || event.ctrlKey) return false;
  event.preventDefault();
  const at = view.posAtDOM(box, 0) + (box.textContent ?? "").indexOf("[") + 1;
  const isDone = box.matches(".line-done > *");
  view.dispatch(view.state.tr.insertText(isDone ? " " : "x", at, at + 1));
  return true;
}
