import { describe, expect, it } from "vitest";
import { text } from "./testing/files.ts";
import {
  button,
  choose,
  filesOf,
  forgetContent,
  keptAsPaused,
  keptIn,
  keptUploads,
  open,
  rowOf,
  untilAttached,
} from "./testing/note-files.ts";
import { startWeb } from "./testing/start-web.ts";
import { closeBucket, filenames, readLate, refuseCompletion } from "./testing/upload-faults.ts";

describe("the stored queue of uploads", () => {
  const web = startWeb();

  it("skips an upload that ended before the page read the queue", async () => {
    const gil = await web.person("Gil");
    const reading = await readLate(gil);
    const note = await open(gil);
    const bucket = await closeBucket(gil, web.service);
    await choose(gil, [text("a.txt", "hello")]);
    await reading.isRead;
    bucket.open();
    const row = (name: string) => rowOf(gil, name).getByText(/You · just now$/);
    await row("a.txt").waitFor();
    await reading.release();
    await choose(gil, [text("b.txt", "hello")]);
    await row("b.txt").waitFor();
    await expect.poll(() => keptUploads(gil)).toBe(0);
    expect((await gil.client.notes.get(note.id)).attachments).toHaveLength(2);
  });

  it("skips an upload that another tab ended before the page read it", async () => {
    const hedy = await web.person("Hedy");
    const note = await open(hedy);
    const bucket = await closeBucket(hedy, web.service);
    await choose(hedy, [text("a.txt", "hello")]);
    await expect.poll(() => keptUploads(hedy)).toBe(1);
    const other = { ...hedy, page: await hedy.context.newPage() };
    const reading = await readLate(other);
    await other.page.goto(`/n/${note.id}`);
    await reading.isRead;
    bucket.open();
    await untilAttached(hedy, "a.txt");
    await expect.poll(() => keptUploads(hedy)).toBe(0);
    await reading.release();
    await choose(other, [text("b.txt", "hello")]);
    await untilAttached(other, "b.txt");
    await expect.poll(() => keptUploads(other)).toBe(0);
    expect((await hedy.client.notes.get(note.id)).attachments).toHaveLength(2);
  });

  it("aborts an upload that is cancelled after a reload", async () => {
    const pia = await web.person("Pia");
    const note = await open(pia);
    await closeBucket(pia, web.service);
    await choose(pia, [text("a.txt", "hello"), text("b.txt", "hello")]);
    for (const name of ["a.txt", "b.txt"]) await button(rowOf(pia, name), "Pause").click();
    await expect.poll(() => keptAsPaused(pia)).toBe(2);
    await expect.poll(() => keptIn(pia, "uploads", ({ attachmentId }) => attachmentId !== undefined)).toBe(2);
    await pia.page.reload();
    await button(rowOf(pia, "a.txt"), "Cancel").click();
    await rowOf(pia, "a.txt").waitFor({ state: "detached" });
    await expect.poll(() => filenames(pia, note)).toEqual(["b.txt"]);
    await forgetContent(pia);
    await pia.page.reload();
    await button(rowOf(pia, "b.txt"), "Remove from the list").click();
    await rowOf(pia, "b.txt").waitFor({ state: "detached" });
    await expect.poll(() => filenames(pia, note)).toEqual([]);
    expect(await keptUploads(pia)).toBe(0);
  });

  it("aborts a failed upload that is removed from the list", async () => {
    const quin = await web.person("Quin");
    const note = await open(quin);
    await refuseCompletion(quin);
    await choose(quin, [text("a.txt", "hello")]);
    const row = rowOf(quin, "a.txt");
    await button(row, "Try again").waitFor();
    expect(await filenames(quin, note)).toEqual(["a.txt"]);
    await button(row, "Remove from the list").click();
    await row.waitFor({ state: "detached" });
    await expect.poll(() => filenames(quin, note)).toEqual([]);
  });

  it("keeps a failed upload that another tab resumes", async () => {
    const ria = await web.person("Ria");
    const note = await open(ria);
    const bucket = await closeBucket(ria, web.service);
    await choose(ria, [text("a.txt", "hello")]);
    await expect.poll(() => keptUploads(ria)).toBe(1);
    const other = { ...ria, page: await ria.context.newPage() };
    const isCompleted = Promise.withResolvers<void>();
    await other.page.route(/\/complete$/, async (route) => {
      await isCompleted.promise;
      await route.continue();
    });
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    await refuseCompletion(ria);
    ria.watch.expect(/^412 PUT /);
    bucket.open();
    await button(rowOf(ria, "a.txt"), "Try again").waitFor();
    await rowOf(other, "a.txt").getByText("Checking file…").waitFor();
    await button(rowOf(ria, "a.txt"), "Remove from the list").click();
    await rowOf(ria, "a.txt").getByRole("progressbar").waitFor({ state: "detached" });
    expect(await keptUploads(ria)).toBe(1);
    isCompleted.resolve();
    await untilAttached(other, "a.txt");
    expect(await filenames(ria, note)).toEqual(["a.txt"]);
  });

  it("asks before the page closes while the file is not stored yet", async () => {
    const hugo = await web.person("Hugo");
    await open(hugo);
    await closeBucket(hugo, web.service);
    const { context } = hugo;
    // The write of the browser to its database never ends.
    await context.addInitScript("Object.defineProperty(IDBObjectStore.prototype, 'transaction', { value: {} })");
    await hugo.page.reload();
    await filesOf(hugo).waitFor();
    await choose(hugo, [text("a.txt", "hello")]);
    const row = rowOf(hugo, "a.txt");
    await button(row, "Pause").click();
    await row.getByText("Paused").waitFor();
    const asked = hugo.page.waitForEvent("dialog");
    await hugo.page.evaluate("setTimeout(() => location.reload())");
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    await button(row, "Cancel").click();
    await expect.poll(() => row.count()).toBe(0);
  });

  it("asks before the page closes when the browser stores no file", async () => {
    const dora = await web.person("Dora");
    await dora.context.addInitScript("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })");
    await open(dora);
    const bucket = await closeBucket(dora, web.service);
    await choose(dora, [text("a.txt", "hello")]);
    await filesOf(dora).getByRole("progressbar").waitFor();
    const asked = dora.page.waitForEvent("dialog");
    await dora.page.evaluate("setTimeout(() => location.reload())");
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    bucket.open();
    await untilAttached(dora, "a.txt");
  });
});
