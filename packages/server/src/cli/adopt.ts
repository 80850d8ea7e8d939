import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream";
import { Command } from "commander";
import type { ListedObject } from "../features/adoption/adopt.ts";
import { DomainError, invalidRequest } from "../platform/errors.ts";
import { isStorableText } from "../platform/text/readable-text.ts";
import type { Core } from "../wiring/core.ts";
import { findPerson, withCore } from "./with-core.ts";

type AdoptOptions = { as: string; note?: string; filename?: string; list?: string; copy?: boolean };

/** `valetkey adopt` makes files of objects that already exist in the bucket: one object, or the objects of a list. */
export function adoptCommand(): Command {
  return new Command("adopt")
    .description("make files of objects that are already in the bucket. The objects themselves are never deleted")
    .argument("[object]", "any S3 URL of the object, or its key in the bucket")
    .requiredOption("--as <email>", "the email address of the administrator who adopts")
    .option("--note <id>", "the note of the object. The administrator must be its owner or an editor")
    .option("--filename <name>", "the filename of the object (default: the last part of its key)")
    .option(
      "--list <file>",
      "adopt the objects of a list: CSV or JSON lines with key, filename, owner, oldId, people, note",
    )
    .option("--copy", "with --list: copy each object, so that the copy is deleted with its file")
    .action(adopt);
}

async function adopt(object: string | undefined, options: AdoptOptions): Promise<void> {
  const { list, note, as } = options;
  if (list !== undefined && object === undefined && note === undefined && options.filename === undefined) {
    return withCore((core) => adoptList(core, { as, list, copies: options.copy ?? false }));
  }
  if (object === undefined || note === undefined || list !== undefined || options.copy !== undefined) {
    throw invalidRequest("Give an object and --note, or give --list (and --copy, if you want) without an object.");
  }
  await withCore((core) => adoptOne(core, { ...options, object, note }));
}

async function adoptOne(core: Core, options: AdoptOptions & { object: string; note: string }): Promise<void> {
  const { object, note: noteId, filename } = options;
  const { id } = await findPerson(core, options.as);
  const at = /^(s3|https?):\/\//i.test(object) ? { s3Url: object, key: undefined } : { s3Url: undefined, key: object };
  const attachment = await core.useCases.adoptObject({ userId: id }, { ...at, noteId, filename });
  const when = attachment.state === "scanning" ? " The running service scans it before it can be downloaded." : "";
  process.stdout.write(
    `Adopted ${attachment.filename} (${attachment.sizeBytes} bytes) as attachment ${attachment.id}.${when}\n`,
  );
}

/**
 * Adopts the objects of a list. Prints a line of JSON for each adopted object, and problems on standard error. Continues after a problem.
 */
async function adoptList(
  core: Core,
  { as, list, copies }: { as: string; list: string; copies: boolean },
): Promise<void> {
  const caller = { userId: (await findPerson(core, as)).id };
  const counts = { adopted: 0, known: 0, failed: 0 };
  const summary = () => `${counts.adopted} adopted, ${counts.known} adopted before, ${counts.failed} with a problem`;
  for await (const { line, listed } of readAdoptionList(list)) {
    try {
      if (listed instanceof DomainError) throw listed;
      const { sourceKey, oldId, attachmentId, isNew } = await core.useCases.adoptListed(caller, listed, { copies });
      counts[isNew ? "adopted" : "known"] += 1;
      process.stdout.write(`${JSON.stringify({ key: sourceKey, oldId, attachmentId })}\n`);
    } catch (error) {
      // A problem of one line does not stop the adoption of later lines. But if the database or the bucket is unavailable, every line would
      // fail.
      if (
        !(error instanceof DomainError) ||
        ["database_unavailable", "bucket_unavailable", "access_denied"].includes(error.code)
      )
        throw error;
      counts.failed += 1;
      process.stderr.write(`Line ${line}: ${error.message}\n`);
    }
    const done = counts.adopted + counts.known + counts.failed;
    if (done % 100 === 0) process.stderr.write(`${done} lines: ${summary()}\n`);
  }
  process.stderr.write(`${summary()}.\n`);
  if (counts.failed === 0) return;
  process.stderr.write("Correct these lines, and run the command again. It changes nothing on the other lines.\n");
  process.exitCode = 1;
}

type Line = { line: number; listed: ListedObject | DomainError };

/**
 * The fields of a line, and their maximum lengths in characters. `people`: the maximum for one person. `key`: also the maximum for a URL.
 */
const LONGEST = { key: 4096, filename: 255, owner: 255, oldId: 255, people: 255, note: 300 } as const;

type Field = keyof typeof LONGEST;

const FIELDS = Object.keys(LONGEST);
const CONTROL = /\p{Cc}/u;

/**
 * Reads a list for `valetkey adopt --list`. A file whose name ends with `.csv` has a header line. In other files, each line is a JSON
 * object. For a wrong line, yields an error, so that the command can name the line. Throws `invalid_request` if the file cannot be read.
 */
export async function* readAdoptionList(path: string): AsyncGenerator<Line> {
  try {
    yield* path.toLowerCase().endsWith(".csv") ? readCsv(path) : readJsonLines(path);
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error || isOfCsv(error))) throw error;
    throw wrong(`The list ${path} can't be read: ${error.message}. Give a CSV file (.csv) or JSON lines.`);
  }
}

function isOfCsv({ code }: Error & { code?: unknown }): boolean {
  return String(code).startsWith("CSV_");
}

async function* readCsv(path: string): AsyncGenerator<Line> {
  const { parse } = await import("csv-parse");
  const rows = parse({ columns: true, bom: true, trim: true, skip_empty_lines: true, info: true });
  // The loop below throws each error of the two streams, so the callback does nothing.
  pipeline(createReadStream(path), rows, () => undefined);
  for await (const { record, info } of rows as AsyncIterable<{ record: unknown; info: { lines: number } }>) {
    yield { line: info.lines, listed: toListed(record) };
  }
}

async function* readJsonLines(path: string): AsyncGenerator<Line> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    // `trim` also removes the byte order mark, which some programs write.
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
  // In a CSV file, spaces or semicolons separate the people.
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
  return invalidRequest(message);
}
