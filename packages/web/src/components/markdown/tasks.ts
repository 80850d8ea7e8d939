import { Lexer, type Token } from "marked";

export type Task = { token: Token; isDone: boolean; label: string };

type Nested = { type: string; checked?: boolean; text?: string; tokens?: Nested[]; items?: Nested[] };

export const lex = (source: string) => Lexer.lex(source, { gfm: true, breaks: true });

/** Lists the task boxes of a text, from top to bottom. */
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
