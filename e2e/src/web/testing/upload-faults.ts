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

/** Simulates a service that refuses to complete the uploads of this tab, because the quota is exceeded. */
export async function refuseCompletion({ page, watch }: Person) {
  watch.expect(/^413 POST .*\/complete$/);
  const json = { type: "about:blank", title: "Quota exceeded", status: 413, code: "quota_exceeded" };
  await page.route(/\/complete$/, (route) => route.fulfill({ status: 413, json }));
}

/** Returns the filenames of all attachments of a note, in every state. */
export async function filenames({ client }: Person, { id }: Note) {
  return (await client.notes.get(id)).attachments.map(({ filename }) => filename);
}

/** Delays the moment when the page gets its stored uploads. `isRead` resolves when the browser has read them. */
export async function readLate({ page }: Person) {
  const isRead = Promise.withResolvers<void>();
  await page.exposeFunction("tellRead", isRead.resolve);
  await page.addInitScript(`
    const { promise, resolve } = Promise.withResolvers();
    globalThis.release = resolve;
    const getAll = IDBObjectStore.prototype.getAll;
    IDBObjectStore.prototype.getAll = function (...given) {
      const request = getAll.apply(this, given);
      if (this.name === "uploads") request.addEventListener("success", (event) => {
        event.stopImmediatePropagation();
        if (request.result.length > 0) tellRead();
        promise.then(() => request.onsuccess(event));
      });
      return request;
    };
  `);
  return { isRead: isRead.promise, release: () => page.evaluate("release()") };
}

/** Clicks an element, and chooses files in the file dialog that the click opens. */
export async function chooseBy(click: Locator, files: Parameters<FileChooser["setFiles"]>[0]): Promise<void> {
  const chooser = click.page().waitForEvent("filechooser");
  await click.click();
  await (await chooser).setFiles(files);
}

/** Writes a file of zeros to the disk. If a user chooses it a second time, the page recognises it, because its date is the same. */
export async function fileOnDisk(name: string, { sizeBytes }: { sizeBytes: number }): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "valetkey-disk-")), name);
  onTestFinished(() => rm(dirname(path), { recursive: true }));
  await writeFile(path, "");
  await truncate(path, sizeBytes);
  return path;
}
