import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import type { UploadStore } from "../stores/upload-store.ts";

/**
 * Stores unfinished uploads in a JSON file. Only one process may use the file at a time.
 *
 * Each change replaces the whole file. So if the process is killed, either the old file or the new file remains, and both are complete.
 *
 * @example
 * ```ts
 * import { createClient } from "@valetkey/client";
 * import { fileStore } from "@valetkey/client/node";
 *
 * const store = fileStore("uploads.json");
 * const client = createClient({ baseUrl: "https://files.example.com", store });
 * const { limits } = await client.instance();
 * console.log(limits.urlTtlDefaultSeconds); // 60
 * ```
 */
export function fileStore(path: string): UploadStore {
  let entries: Promise<Record<string, string>> | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function change(apply: (entries: Record<string, string>) => void): Promise<void> {
    entries ??= readEntries(path);
    const current = await entries;
    apply(current);
    writing = writing.catch(() => undefined).then(() => replaceFile(path, JSON.stringify(current)));
    await writing;
  }

  return {
    async get(key) {
      entries ??= readEntries(path);
      return (await entries)[key];
    },
    set: (key, value) => change((current) => Object.assign(current, { [key]: value })),
    remove: (key) => change((current) => delete current[key]),
  };
}

async function readEntries(path: string): Promise<Record<string, string>> {
  try {
    return { ...JSON.parse(await readFile(path, "utf8")) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || error instanceof SyntaxError) return {};
    throw error;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600, flush: true });
  await rename(temporary, path);
}
