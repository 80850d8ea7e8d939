import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { CsvError, parse } from "csv-parse";
import { DomainError } from "../domain/errors.ts";
import type { ListedObject } from "../usecases/storage/adopt-listed.ts";

type Line = { line: number; listed: ListedObject | DomainError };

const FIELDS = ["key", "filename", "owner", "oldId", "people", "note"] as const;

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
  const rows = createReadStream(path).pipe(
    parse({ columns: true, bom: true, trim: true, skip_empty_lines: true, info: true }),
  );
  for await (const { record, info } of rows as AsyncIterable<{ record: unknown; info: { lines: number } }>) {
    yield { line: info.lines, listed: toListed(record) };
  }
}

async function* readJsonLines(path: string): AsyncGenerator<Line> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() !== "") yield { line, listed: toListed(parsed(text)) };
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
  const unknown = Object.keys(row).find((name) => !(FIELDS as readonly string[]).includes(name));
  if (unknown !== undefined) return wrong(`There is no field "${unknown}". The fields are ${FIELDS.join(", ")}.`);
  const { people = [], ...fields } = row as Record<string, unknown>;
  // In CSV, spaces or semicolons separate the people.
  const names = typeof people === "string" ? people.split(/[\s;]+/).filter((name) => name !== "") : people;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) {
    return wrong("`people` must be a list of ids and email addresses.");
  }
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null && typeof value !== "string") return wrong(`\`${name}\` must be a text.`);
  }
  const text = (name: (typeof FIELDS)[number]) => (fields[name] as string | null | undefined) || undefined;
  const [object, owner] = [text("key"), text("owner")];
  if (object === undefined || owner === undefined) return wrong("`key` and `owner` are missing or empty.");
  const rest = { filename: text("filename"), oldId: text("oldId"), note: text("note") };
  return { object, owner, people: names, ...rest };
}

function wrong(message: string): DomainError {
  return new DomainError("invalid_request", message);
}
