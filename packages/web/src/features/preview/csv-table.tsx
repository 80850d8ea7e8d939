import { useMemo } from "react";
import { previewTexts } from "../../texts/en/preview.ts";

const MAX_ROWS = 500;
const MAX_COLUMNS = 50;

/** Shows comma-separated values as a table of plain text. The first row has the names of the columns. */
export function CsvTable({ text }: { text: string }) {
  const { rows, isCut, cutColumns } = useMemo(
    () => parseCsv(text, { maxRows: MAX_ROWS, maxColumns: MAX_COLUMNS }),
    [text],
  );
  const [head = [], ...body] = rows;
  const numbers = useMemo(() => numberColumns(rows), [rows]);
  const styleOf = (column: number) => `${CELL} ${numbers.has(column) ? "text-right" : "text-left"}`;
  return (
    <>
      {(isCut || cutColumns) && (
        <p className="mb-2 font-sans text-muted text-small">
          {previewTexts.cutTable({ ...(isCut && { rows: rows.length }), ...(cutColumns && { columns: MAX_COLUMNS }) })}
        </p>
      )}
      <table className="border-collapse font-sans tabular-nums">
        <thead>
          <tr>
            {head.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the position is the only identity of a cell
              <th key={column} scope="col" className={`${styleOf(column)} bg-sunken font-medium`}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((cells, row) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <tr key={row}>
              {cells.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={column} className={styleOf(column)}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const CELL = "max-w-80 border px-2 py-1 align-top whitespace-pre-wrap [overflow-wrap:anywhere]";

const DELIMITERS = [",", ";", "\t", "|"];

// Matches, for example, "-18", "1,204.50", "1.204,50", "1e6" and "12 %", but no date such as "2026-12-01", and no code such as "01067".
const NUMBER =
  /^[-+−]?(?:0|[1-9]\d*|\d{1,3}(?:([.,'’\u00a0\u202f])\d{3}(?:\1\d{3})*))(?:[.,]\d+)?(?:e[-+]?\d+)?\s?%?$/i;

/** Returns the columns whose cells below the first row are all numbers or empty. */
export function numberColumns([head = [], ...body]: readonly (readonly string[])[]): Set<number> {
  const columns = new Set<number>();
  for (let column = 0; column < Math.max(head.length, body[0]?.length ?? 0); column += 1) {
    const filled = body.map((cells) => cells[column]?.trim() ?? "").filter((cell) => cell !== "");
    if (filled.length > 0 && filled.every((cell) => NUMBER.test(cell))) columns.add(column);
  }
  return columns;
}

type Limits = { maxRows: number; maxColumns: number };
type ParsedCsv = {
  rows: string[][];
  /** Whether the text has more rows than the member `rows`. */
  isCut: boolean;
  /** Whether a row of the text has more columns than the table. */
  cutColumns: boolean;
};

/**
 * Parses the first rows of comma-separated values. The delimiter may also be a semicolon, a tab or a vertical bar. A quoted cell may
 * contain delimiters, line breaks and doubled quotes. Source: RFC 4180.
 */
export function parseCsv(text: string, { maxRows, maxColumns }: Limits): ParsedCsv {
  const delimiter = findDelimiter(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let cutColumns = false;
  let at = 0;
  const addRow = () => {
    cutColumns ||= row.length > maxColumns;
    rows.push(row.slice(0, maxColumns));
    row = [];
  };
  while (at < text.length && rows.length < maxRows) {
    const cell = readCell(text, { at, delimiter });
    row.push(cell.value);
    at = cell.end;
    if (text[at] === delimiter) {
      at += 1;
      // A delimiter at the end of the text is followed by an empty cell.
      if (at === text.length) row.push("");
    } else {
      at += text.startsWith("\r\n", at) ? 2 : 1;
      addRow();
    }
  }
  if (row.length > 0 && rows.length < maxRows) addRow();
  return { rows, isCut: at < text.length, cutColumns };
}

type Position = { at: number; delimiter: string };

function readCell(text: string, { at, delimiter }: Position): { value: string; end: number } {
  if (text[at] !== '"') {
    const end = endOfPlain(text, { at, delimiter });
    return { value: text.slice(at, end), end };
  }
  let value = "";
  let start = at + 1;
  while (true) {
    const quote = text.indexOf('"', start);
    // Without a closing quote, the cell contains the rest of the text.
    if (quote === -1) return { value: value + text.slice(start), end: text.length };
    value += text.slice(start, quote);
    start = quote + 1;
    if (text[start] !== '"') break;
    value += '"';
    start += 1;
  }
  // RFC 4180 forbids text after the closing quote, but the cell also shows this text.
  const end = endOfPlain(text, { at: start, delimiter });
  return { value: value + text.slice(start, end), end };
}

function endOfPlain(text: string, { at, delimiter }: Position): number {
  let end = at;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return end;
}

/** Returns the delimiter that occurs most often in the first line, outside of quotes. */
function findDelimiter(text: string): string {
  const counts = new Map(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let isQuoted = false;
  for (const letter of text.slice(0, 10_000)) {
    if (letter === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (letter === "\n" || letter === "\r") break;
    else if (counts.has(letter)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  }
  return DELIMITERS.reduce((most, delimiter) =>
    (counts.get(delimiter) ?? 0) > (counts.get(most) ?? 0) ? delimiter : most,
  );
}
