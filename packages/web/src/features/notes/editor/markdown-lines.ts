import { Lexer, type MarkedToken, type Token } from "marked";

export type Range = { from: number; to: number };
/** A styled part of a line. `marks` are the characters that only describe the format, such as the two `**` of bold text. */
type Span = Range & {
  style: "bold" | "italic" | "struck" | "code" | "link" | "plain" | "cell" | "bar";
  marks: Range[];
  /** The column of a cell of a table, the number of characters in the widest cell of this column, and the alignment of its texts. */
  column?: number;
  width?: number;
  align?: "start" | "center" | "end";
};
export type Line = {
  kind:
    | "text"
    | "title"
    | "heading"
    | "list"
    | "number"
    | "task"
    | "done"
    | "quote"
    | "mono"
    | "rule"
    | "row"
    | "head"
    | "below-head";
  /** The length of the mark at the start of the line, such as `## ` or `- [ ] `, with the spaces before the mark. */
  markLength: number;
  /** How many lists contain the list of this line. */
  level: number;
  spans: Span[];
};

const FENCE = /^ {0,3}(```|~~~)/;
/** Matches the line below the head of a table. */
const TABLE = /^ {0,3}(?=.*\|)(?=.*-)[|: -]+$/;
const KINDS = [
  ["title", /^ {0,3}# +/],
  ["heading", /^ {0,3}#{2,6} +/],
  ["task", /^\s*(?:[-*+]|\d+[.)]) \[ \] /],
  ["done", /^\s*(?:[-*+]|\d+[.)]) \[[xX]\] /],
  ["rule", /^ {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$/],
  ["list", /^\s*[-*+] /],
  ["number", /^\s*\d+[.)] /],
  ["quote", /^ {0,3}> ?/],
] as const;

/** A line of the editor. An edit replaces the objects of the changed lines only. */
type Source = { readonly textContent: string };
const MONO: Line = { kind: "mono", markLength: 0, level: 0, spans: [] };
/** The maximum length of a line with styled parts, because the lexer needs 50 ms for some lines of 36,000 characters. */
const MAX_STYLED = 5_000;
/** The descriptions of unchanged lines, because the lexer needs 0.1 ms for a line. */
const known = new WeakMap<Source, Line>();

/** Describes the format of each line of a Markdown text. Code blocks and tables are the only supported formats of several lines. */
export function describeLines(lines: readonly Source[]): Line[] {
  let fence: string | undefined;
  let isTable = false;
  const tables: { rows: Line[]; dashes: string }[] = [];
  const described = lines.map((source, nth) => {
    const line = source.textContent;
    const [, mark] = FENCE.exec(line) ?? [];
    if (fence !== undefined) {
      if (mark === fence) fence = undefined;
      return MONO;
    }
    fence = mark;
    const next = lines[nth + 1]?.textContent ?? "";
    const startsTable = () => line.includes("|") && TABLE.test(next);
    const wasTable = isTable;
    isTable = line.trim() !== "" && (isTable || startsTable());
    if (fence !== undefined) return MONO;
    if (isTable) {
      if (!wasTable) tables.push({ rows: [], dashes: next });
      const rows = tables.at(-1)?.rows ?? [];
      const kind = (["head", "below-head"] as const)[rows.length] ?? "row";
      const row: Line = { kind, markLength: 0, level: 0, spans: cellsOf(line) };
      rows.push(row);
      return row;
    }
    const description = known.get(source) ?? describeLine(line);
    known.set(source, description);
    return description;
  });
  for (const table of tables) alignCells(table);
  return described;
}

/** Splits the row of a table into its cells and the bars between them. A backslash before a bar makes the bar a part of the cell. */
function cellsOf(line: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  let column = line.trimStart().startsWith("|") ? -1 : 0;
  for (const { index: to } of [...line.matchAll(/(?<!\\)\|/g), { index: line.length }]) {
    const isInside = column >= 0 && (to < line.length || line.slice(from, to).trim() !== "");
    if (isInside && to > from) spans.push({ from, to, style: "cell", marks: [], column });
    if (to < line.length) spans.push({ from: to, to: to + 1, style: "bar", marks: [] });
    column += 1;
    from = to + 1;
  }
  return spans;
}

/**
 * Gives all cells of a column the same width and alignment, so that the columns of a table are straight in every source. `dashes`: the
 * line below the head. Its colons choose the alignment of each column.
 */
function alignCells({ rows, dashes }: { rows: readonly Line[]; dashes: string }): void {
  const cells = rows.flatMap(({ spans }) => spans).filter(({ style }) => style === "cell");
  const widths: number[] = [];
  for (const { from, to, column = 0 } of cells) widths[column] = Math.max(widths[column] ?? 0, to - from);
  const aligns: Span["align"][] = [];
  for (const { from, to, column } of cellsOf(dashes)) {
    if (column !== undefined) aligns[column] = alignmentOf(dashes.slice(from, to).trim());
  }
  for (const cell of cells) {
    cell.width = widths[cell.column ?? 0] ?? 0;
    cell.align = aligns[cell.column ?? 0] ?? "start";
  }
}

/** Returns the alignment of a column. `dashes`: the cell of the column in the line below the head, such as `--:`. */
function alignmentOf(dashes: string): Span["align"] {
  if (!dashes.endsWith(":")) return "start";
  return dashes.startsWith(":") ? "center" : "end";
}

function describeLine(line: string): Line {
  const [kind, mark] = KINDS.find(([, pattern]) => pattern.test(line)) ?? ["text", /^/];
  if (kind === "rule") return { kind, markLength: 0, level: 0, spans: [] };
  const markLength = mark.exec(line)?.[0].length ?? 0;
  const level = Math.min(8, Math.floor(line.search(/\S|$/) / 2));
  const tokens = line.length > MAX_STYLED ? [] : Lexer.lexInline(line.slice(markLength));
  return { kind, markLength, level, spans: spansOf(tokens, markLength) };
}

/** The style of each token of the lexer, and the mark at the start of the token. */
const STYLES = {
  strong: ["bold", /^../],
  em: ["italic", /^./],
  del: ["struck", /^~+/],
  codespan: ["code", /^`+/],
  link: ["link", /^[[<]?/],
  image: ["link", /^!\[/],
  escape: ["plain", /^./],
} as const;

function spansOf(tokens: readonly Token[], start: number): Span[] {
  let at = start;
  return (tokens as readonly MarkedToken[]).flatMap((token) => {
    const from = at;
    const to = from + token.raw.length;
    at = to;
    if (!(token.type in STYLES) || !("text" in token)) return [];
    const [style, opening] = STYLES[token.type as keyof typeof STYLES];
    const inside = from + (opening.exec(token.raw)?.[0].length ?? 0);
    // The lexer removes the escapes from the text of a link, so the source of the text can be longer.
    const url = token.raw.lastIndexOf("](");
    const ends = { link: url < 0 ? inside + token.text.length : from + url, plain: to };
    const end = style === "link" || style === "plain" ? ends[style] : to - (inside - from);
    const marks = [
      { from, to: inside },
      { from: end, to },
    ].filter((mark) => mark.from < mark.to);
    return [{ from, to, style, marks }, ...("tokens" in token ? spansOf(token.tokens ?? [], inside) : [])];
  });
}
