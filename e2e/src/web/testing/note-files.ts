import { createHash } from "node:crypto";
import type { Locator } from "playwright-core";
import type { Client, Note } from "../../../../packages/client/src/index.ts";
import { texts } from "../../../../packages/web/src/texts/index.ts";
import type { SampleFile } from "./files.ts";
import type { Person } from "./person.ts";
import { seedNote } from "./seed.ts";

/** Finds the list of files on the page of the open note. */
export const filesOf = ({ page }: Person) => page.getByRole("region", { name: "Files" });
export const rowOf = (person: Person, filename: string) =>
  filesOf(person)
    .getByRole("listitem")
    .filter({ has: person.page.getByText(filename, { exact: true }) });
export const button = (row: Locator, name: string) => row.getByRole("button", { name, exact: true });

/** Waits until the page shows that an attached file is ready. */
export const untilAttached = (person: Person, filename: string) =>
  rowOf(person, filename)
    // The row of an unfinished upload starts with its state.
    .getByText(/^[\d.]+ \w+ · just now$/)
    .waitFor();

/** Creates a note of this person with these files, and opens the page of the note. */
export async function open(person: Person, files: readonly SampleFile[] = []): Promise<Note> {
  const note = await seedNote(person.client, { title: "Trip", files });
  await person.page.goto(`/n/${note.id}`);
  await filesOf(person).waitFor();
  return note;
}

/** Clicks the button “Attach files”, or the area of a note without files, and chooses files in the file dialog. */
export async function choose({ page }: Person, files: readonly SampleFile[]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  const { attach, empty } = texts.attachments;
  await page.getByText(attach, { exact: true }).or(page.getByText(empty.choose)).click();
  await (await chooser).setFiles(files.map(({ name, type, bytes }) => ({ name, mimeType: type, buffer: bytes })));
}

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Downloads all files of a note. Returns the SHA-256 of each file by its filename. */
export async function stored(client: Client, noteId: string): Promise<Record<string, string>> {
  const { attachments } = await client.notes.get(noteId);
  const contents = attachments.map(async ({ id, filename }) => {
    const blob = await (await client.download(id)).blob();
    return [filename, sha256(new Uint8Array(await blob.arrayBuffer()))];
  });
  return Object.fromEntries(await Promise.all(contents));
}

export const hashesOf = (files: readonly SampleFile[]) =>
  Object.fromEntries(files.map(({ name, bytes }) => [name, sha256(bytes)]));

/** Returns the number of uploads in the storage of the browser, which the page resumes after a reload. */
export function keptUploads(person: Person): Promise<number> {
  return keptIn(person, "uploads");
}

/** Returns the number of entries in this IndexedDB store. */
export function keptIn({ page }: Person, name: "uploads" | "thumbnails"): Promise<number> {
  return page.evaluate<number>(
    `new Promise((resolve, reject) => {
      const opening = indexedDB.open("valetkey.${name}");
      opening.onupgradeneeded = () => opening.result.createObjectStore("${name}");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const counting = opening.result.transaction("${name}").objectStore("${name}").count();
        counting.onerror = () => reject(counting.error);
        counting.onsuccess = () => resolve(counting.result);
      };
    })`,
  );
}
