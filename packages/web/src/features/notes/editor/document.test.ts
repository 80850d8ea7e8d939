import { EditorState } from "prosemirror-state";
import { expect, it } from "vitest";
import { documentOf, positionOf, replaceText, selectedOf, showText, textOf } from "./document.ts";

const TEXTS = ["", "\n", "one", "one\n\n  two\t\n", "\r\n# a\r\n", "aa\naa\naa", "aaa\naa", "\u{1f511}\n\u00a0x "];

it.each(TEXTS)("the editor returns the source %j unchanged", (text) => {
  expect(textOf(documentOf(text))).toBe(text);
});

it("the editor replaces and selects the same characters as a text field", () => {
  for (const text of TEXTS) {
    for (let from = 0; from <= text.length; from++) {
      for (let to = from; to <= text.length; to++) {
        for (const inserted of ["", "x", "\n", "a\n\nb"]) {
          const state = EditorState.create({ doc: documentOf(text) });
          const end = from + inserted.length;
          const { doc, selection } = replaceText(state, { from, to, text: inserted, start: from, end });
          const result = text.slice(0, from) + inserted + text.slice(to);
          expect(selectedOf(EditorState.create({ doc, selection }))).toEqual({ text: result, start: from, end });
        }
      }
    }
  }
});

it("the editor shows every text from outside", () => {
  for (const from of TEXTS) {
    for (const to of TEXTS) {
      const state = EditorState.create({ doc: documentOf(from) });
      expect(textOf(showText(state, to)?.doc ?? state.doc)).toBe(to);
    }
  }
});

it("the position of an offset after the end of the text is the end of the text", () => {
  const doc = documentOf("one\ntwo");
  expect(positionOf(doc, 99)).toBe(positionOf(doc, 7));
  expect(doc.resolve(positionOf(doc, 99)).parent.textContent).toBe("two");
});
