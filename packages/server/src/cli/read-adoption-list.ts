import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream";
import { CsvError, parse } from "csv-parse";
import type { ListedObject } from "../features/adoption/adopt-listed.ts";
import { DomainError } from "../platform/errors.ts";
import { isStorableText } from "../platform/text/readable-text.ts";

type Line = { line: number; listed: ListedObject | DomainError };

/** The fields of a line, and the longest text in each. `people`: of one person. `key`: of a URL. Characters. */
const LONGEST = { key: 4096, filename: 255, owner: 255, oldId: 255, people: 255, note: 300 } as const;
type Field = keyof typeof LONGEST;
const FIELDS = Object.keys(LONGEST);
const CONTROL = /\p{Cc}/u;

/**
 * Reads a list for `valetkey adopt --list`. A file with the ending `.csv` has a header line. In any other file, each line is a JSON object.
 * A line that is wrong becomes an error, so that the command can name it. Throws `invalid_request` if the file itself can't be read.
 */
export async function* readAdoptionList(path: string): AsyncGenerator<Line> {
  try {
    yield* path.toLowerCase().endsWith(".csv") ? readCsv(path) : readJsonLines(path);
  } catch (error) {
    if (!(error instanceof CsvError) && !(error instanceof Error && "syscall" in error)) throw error;
    throw wrong(`The list ${path} can't be read: ${error.message}. Give a CSV file (.csv) or JSON lines.`);
  }
}

async function* readCsv(path: string): AsyncGenerator<Line> {
  const rows = parse({ columns: true, bom: true, trim: true, skip_empty_lines: true, info: true });
  // The loop throws each error of the two streams, so the callback has nothing to do.
  pipeline(createReadStream(path), rows, () => undefined);
  for await (const { record, info } of rows as AsyncIterable<{ record: unknown; info: { lines: number } }>) {
    yield { line: info.lines, listed: toListed(record) };
  }
}

async function* readJsonLines(path: string): AsyncGenerator<Line> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    // Removes the byte order mark too, which some programs write.
    const trimmed = text.trim();
    if (trimmed !== "") yield { line, listed: toListed(parsed(trimmed)) };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toListed(row: unknown): ListedObject | DomainError {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return wrong("This line is no JSON object.");
  const unknown = Object.keys(row).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) {
    return wrong(`There is no field ${JSON.stringify(unknown)}. The fields are ${FIELDS.join(", ")}.`);
  }
  const { people = [], ...fields } = row as Record<string, unknown>;
  // In CSV, spaces or semicolons separate the people.
  const names = typeof people === "string" ? people.split(/[\s;]+/).filter((name) => name !== "") : people;
  if (!Array.isArray(names)) return wrong("`people` must be a list of ids and email addresses.");
  const texts = Object.entries(fields).filter(([, value]) => value !== null && value !== "");
  for (const [field, value] of [...texts, ...names.map((name) => ["people", name] as const)]) {
    const longest = LONGEST[field as Field];
    if (isStorableText(value) && value !== "" && value.length <= longest && !CONTROL.test(value)) continue;
    return wrong(`\`${field}\` must be a text of 1 to ${longest} characters, without control characters.`);
  }
  const text = (name: Field) => (fields[name] as string | null | undefined) || undefined;
  const [object, owner] = [text("key"), text("owner")];
  if (object === undefined || owner === undefined) return wrong("`key` and `owner` are missing or empty.");
  const rest = { filename: text("filename"), oldId: text("oldId"), note: text("note") };
  return { object, owner, people: names, ...rest };
}

function wrong(message: string): DomainError {
  return new DomainError("invalid_request", message);
}
