import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Value } from "typebox/value";
import { DomainError } from "../../platform/errors.ts";
import { FileEntry } from "./manifest.ts";

/** The file that lists the blobs of a backup. Each line is one JSON object, and the lines are sorted by path. */
export const BLOB_LIST = "blobs.jsonl";

/** Reads a list of blobs. Throws `invalid_request` if a line is damaged. */
export async function* readBlobList(file: string): AsyncGenerator<FileEntry> {
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const entry: unknown = JSON.parse(line);
    if (!Value.Check(FileEntry, entry))
      throw new DomainError("invalid_request", `The list of blobs ${file} is damaged`);
    yield entry;
  }
}

/** Returns a function that finds the entry for a path. Call the returned function with paths in sorted order. */
export function inOrder(entries: AsyncGenerator<FileEntry>): (path: string) => Promise<FileEntry | undefined> {
  let current: FileEntry | undefined;
  let isOver = false;
  return async (path) => {
    while (!isOver && (current === undefined || current.path < path)) {
      const { value, done } = await entries.next();
      isOver = done === true;
      current = isOver ? undefined : value;
    }
    return current?.path === path ? current : undefined;
  };
}

/** Creates a file for a list of blobs. `add` appends entries to the list, and `close` makes the file durable. */
export async function createBlobList(file: string) {
  const handle = await open(file, "wx", 0o600);
  return {
    async add(entries: readonly FileEntry[]): Promise<void> {
      await handle.writeFile(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    },
    async close(): Promise<void> {
      await handle.sync();
      await handle.close();
    },
  };
}
