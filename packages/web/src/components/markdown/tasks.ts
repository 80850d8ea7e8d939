import { Lexer, type Token } from "marked";

export type Task = { token: Token; isDone: boolean; label: string };

type Nested = {
  type: string;
  checked?: boolean;
  text?: string;
  tokens?: Nested[];
  items?: Nested[];
  header?: Nested[] | boolean;
  rows?: Nested[][];
};

/**
 * The maximum nesting depth of a text, which no ordinary text exceeds. A hostile text with thousands of levels would overflow the stack of
 * the lexer or of the browser.
 */
const MAX_DEPTH = 100;

/** Returns the tokens of a text. If the nesting is too deep, the whole text becomes one code block. */
export function lex(source: string): Token[] {
  try {
    const tokens = Lexer.lex(source, { gfm: true, breaks: true });
    if (!isDeeper(tokens as Nested[], MAX_DEPTH)) return tokens;
  } catch {
    // The stack of the lexer has overflowed, so the text becomes a code block.
  }
  return [{ type: "code", raw: source, text: source }];
}

function isDeeper(tokens: readonly Nested[], depth: number): boolean {
  if (depth === 0) return tokens.length > 0;
  // For a table, `header` is a list of cells. For a cell, `header` is true or false.
  const insideOf = ({ tokens: inside, items, header, rows }: Nested) =>
    [inside, items, header, rows].flat(2).filter((one) => typeof one === "object");
  return tokens.some((token) => isDeeper(insideOf(token), depth - 1));
}

export function tasksOf(tokens: readonly Token[], label = ""): Task[] {
  return (tokens as readonly Nested[]).flatMap((token) => {
    if (token.type === "checkbox") return [{ token: token as Token, isDone: token.checked === true, label }];
    const inside = tasksOf((token.tokens ?? []) as Token[], label);
    const items = (token.items ?? []).flatMap(({ text = "", tokens: nested = [] }) =>
      tasksOf(nested as Token[], text.split("\n", 1)[0]?.replace(/^\[.\]\s*/, "")),
    );
    return [...inside, ...items];
  });
}

/** Matches everything that looks like a task box, also in code blocks, where a match is not a task box. */
const BOX = /^([\s>]*(?:[-*+]|\d+[.)])\s+(?:(?:[-*+]|\d+[.)])\s+)*\[)([ xX])(?=\]\s)/gm;

/** Ticks the task box at this position, or removes its tick. Returns the unchanged source if no task box has this position. */
export function toggleTask(source: string, position: number): string {
  const tasks = tasksOf(lex(source));
  if (tasks[position] === undefined) return source;
  const wanted = tasks.map(({ isDone }, index) => isDone !== (index === position));
  for (const { index, 1: before = "", 2: mark } of source.matchAll(BOX)) {
    const at = index + before.length;
    const changed = source.slice(0, at) + (mark === " " ? "x" : " ") + source.slice(at + 1);
    const found = tasksOf(lex(changed)).map(({ isDone }) => isDone);
    if (found.length === wanted.length && found.every((isDone, nth) => isDone === wanted[nth])) return changed;
  }
  return source;
}
