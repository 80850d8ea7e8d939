import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FileChooser, Locator } from "playwright-core";
import { onTestFinished } from "vitest";
import type { Note } from "../../../../packages/client/src/index.ts";
import type { Person } from "./person.ts";
import type { WebService } from "./service.ts";

/** Holds all requests of the browser to the bucket until `open` is called. */
export async function closeBucket({ context }: Person, { bucketOrigin }: WebService) {
  const { promise, resolve } = Promise.withResolvers<void>();
  await context.route(`${bucketOrigin}/**`, async (route) => {
    await promise;
    await route.continue().catch(() => undefined);
  });
  return { open: resolve };
}

/** Returns the filenames of all attachments of a note, in every state. */
export async function filenames({ client }: Person, { id }: Note) {
  return (await client.notes.get(id)).attachments.map(({ filename }) => filename);
}

/** Clicks an element, and chooses files in the file dialog that then opens. */
export async function chooseBy(click: Locator, files: Parameters<FileChooser["setFiles"]>[0]): Promise<void> {
  const chooser = click.page().waitForEvent("filechooser");
  await click.click();
  await (await chooser).setFiles(files);
}

/**
 * Writes a file of zeros to the disk. If a user chooses the file again, the page recognises the file by its unchanged modification time.
 */
export async function fileOnDisk(name: string, { sizeBytes }: { sizeBytes: number }): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "valetkey-disk-")), name);
  onTestFinished(() => rm(dirname(path), { recursive: true }));
  await writeFile(path, "");
  await truncate(path, sizeBytes);
  return path;
}
