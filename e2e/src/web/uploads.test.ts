import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FileChooser, Locator } from "playwright-core";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Note } from "../../../packages/client/src/index.ts";
import { dropFiles, dropFromDisk } from "./testing/drop-files.ts";
import { randomFile, text } from "./testing/files.ts";
import {
  button,
  choose,
  filesOf,
  forgetContent,
  hashesOf,
  keptAsPaused,
  keptIn,
  keptUploads,
  open,
  rowOf,
  stored,
} from "./testing/note-files.ts";
import { PASSWORD, type Person } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";

const MIB = 2 ** 20;
/** More than a single PUT takes: it goes in parts of 8 MiB. */
const IN_PARTS = 72 * MIB;
/** More than the browser keeps. */
const HUGE = { sizeBytes: 513 * MIB };
type Resolvers = [PromiseWithResolvers<void>, PromiseWithResolvers<void>, PromiseWithResolvers<void>];

describe("an upload that is interrupted", () => {
  const web = startWeb();

  it("goes on after an outage of the connection and a reload, and sends only what was missing", async () => {
    const gus = await web.person("Gus");
    const note = await open(gus);
    const file = randomFile("large.bin", { sizeBytes: IN_PARTS });
    gus.watch.expect(/ERR_INTERNET_DISCONNECTED/);
    const [fifth, ninth, offline] = [0, 0, 0].map(() => Promise.withResolvers<void>()) as Resolvers;
    let sent = 0;
    let isReloaded = false;
    await gus.page.route(/partNumber=/, async (route) => {
      sent += 1;
      if (sent === 9) ninth.resolve();
      // Five of the nine parts get through. What the page sends between the connection and the reload goes nowhere.
      if (!isReloaded && sent > 5) await offline.promise;
      if (!isReloaded && sent > 9) return;
      await route.continue().catch(() => undefined);
    });
    gus.page.on("requestfinished", (request) => {
      if (request.url().includes("partNumber=") && request.method() === "PUT" && ++through === 5) fifth.resolve();
    });
    let through = 0;
    await dropFiles(gus.page.locator("main"), { files: [file] });
    await Promise.all([fifth.promise, ninth.promise]);
    await gus.context.setOffline(true);
    offline.resolve();
    await rowOf(gus, "large.bin").getByText("Waiting for the connection").waitFor();
    await gus.context.setOffline(false);
    await gus.page.reload({ waitUntil: "commit" });
    isReloaded = true;
    sent = 0;
    await rowOf(gus, "large.bin")
      .getByText(/You · just now$/)
      .waitFor();
    expect(await stored(gus.client, note.id)).toEqual(hashesOf([file]));
    expect(sent).toBe(4);
    expect(await keptUploads(gus)).toBe(0);
  });

  it("goes on after the next sign-in when the session has ended meanwhile", async () => {
    const ida = await web.person("Ida Ends");
    const note = await open(ida);
    const file = randomFile("large.bin", { sizeBytes: MIB });
    // It has come to the bucket, and is offered once more.
    ida.watch.expect(/^401 |^412 PUT/);
    const gate = Promise.withResolvers<void>();
    const isSending = Promise.withResolvers<void>();
    await ida.page.route(`${web.service.bucketOrigin}/**`, async (route) => {
      isSending.resolve();
      await gate.promise;
      await route.continue();
    });
    await choose(ida, [file]);
    await isSending.promise;
    await ida.context.clearCookies();
    gate.resolve();
    await ida.page.getByText("Your session has ended.").waitFor();
    await ida.page.getByLabel("E-mail").fill(ida.email);
    await ida.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await ida.page.keyboard.press("Enter");
    await rowOf(ida, "large.bin")
      .getByText(/You · just now$/)
      .waitFor();
    expect(await stored(ida.client, note.id)).toEqual(hashesOf([file]));
  });
});

describe("an upload in a browser", () => {
  const web = startWeb();

  /** Nothing gets to the bucket until it is opened. */
  async function closeBucket({ context }: Person) {
    const { promise, resolve } = Promise.withResolvers<void>();
    await context.route(`${web.service.bucketOrigin}/**`, async (route) => {
      await promise;
      await route.continue().catch(() => undefined);
    });
    return { open: resolve };
  }

  it("is one tab's: another one shows that, and takes over when the first is closed", async () => {
    const ann = await web.person("Ann");
    const note = await open(ann);
    const bucket = await closeBucket(ann);
    // What the closed tab had begun to send may come through all the same: the bucket takes a file once.
    ann.watch.expect(/^412 PUT /);
    const file = text("a.txt", "hello");
    await choose(ann, [file]);
    await filesOf(ann).getByRole("progressbar").waitFor();
    const other = { ...ann, page: await ann.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    await ann.page.close();
    await filesOf(other).getByText("Uploading in another tab").waitFor({ state: "detached" });
    bucket.open();
    await rowOf(other, "a.txt")
      .getByText(/You · just now$/)
      .waitFor();
    expect(await stored(ann.client, note.id)).toEqual(hashesOf([file]));
    expect((await ann.client.notes.get(note.id)).attachments).toHaveLength(1);
  });

  it("is not done twice when another tab has done it", async () => {
    const ben = await web.person("Ben");
    const note = await open(ben);
    const bucket = await closeBucket(ben);
    await choose(ben, [text("a.txt", "hello")]);
    await filesOf(ben).getByRole("progressbar").waitFor();
    const other = { ...ben, page: await ben.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    bucket.open();
    await rowOf(other, "a.txt")
      .getByText(/You · just now$/)
      .waitFor();
    await rowOf(ben, "a.txt")
      .getByText(/You · just now$/)
      .waitFor();
    const sent = ben.watch.requests.get(web.service.bucketOrigin) ?? [];
    expect(sent.filter(({ method }) => method === "PUT")).toHaveLength(1);
    expect((await ben.client.notes.get(note.id)).attachments).toHaveLength(1);
  });

  /** The service says no at the end of this tab's uploads. */
  async function refuseCompletion({ page, watch }: Person) {
    watch.expect(/^413 POST .*\/complete$/);
    const json = { type: "about:blank", title: "Quota exceeded", status: 413, code: "quota_exceeded" };
    await page.route(/\/complete$/, (route) => route.fulfill({ status: 413, json }));
  }

  /** What the service has of a note, sent or not. */
  async function filenames({ client }: Person, { id }: Note) {
    return (await client.notes.get(id)).attachments.map(({ filename }) => filename);
  }

  /** What the page reads of the uploads that the browser keeps comes late: `isRead` when it is read, and to the page when it is released. */
  async function readLate({ page }: Person) {
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

  it("is not done twice when it is over by the time that the page has read what it keeps", async () => {
    const gil = await web.person("Gil");
    const note = await open(gil);
    const bucket = await closeBucket(gil);
    const path = await fileOnDisk("a.txt", { sizeBytes: 5 });
    await chooseBy(gil.page.getByRole("button", { name: "Attach files" }), path);
    await expect.poll(() => keptUploads(gil)).toBe(1);
    const reading = await readLate(gil);
    await gil.page.reload();
    await reading.isRead;
    await chooseBy(gil.page.getByRole("button", { name: "Attach files" }), path);
    await filesOf(gil).getByRole("progressbar").waitFor();
    bucket.open();
    const row = (name: string) => rowOf(gil, name).getByText(/You · just now$/);
    await row("a.txt").waitFor();
    await reading.release();
    await choose(gil, [text("b.txt", "hello")]);
    await row("b.txt").waitFor();
    await expect.poll(() => keptUploads(gil)).toBe(0);
    expect((await gil.client.notes.get(note.id)).attachments).toHaveLength(2);
  });

  it("is not done twice when another tab has done it by the time that this one has read of it", async () => {
    const hedy = await web.person("Hedy");
    const note = await open(hedy);
    const bucket = await closeBucket(hedy);
    await choose(hedy, [text("a.txt", "hello")]);
    await expect.poll(() => keptUploads(hedy)).toBe(1);
    const other = { ...hedy, page: await hedy.context.newPage() };
    const reading = await readLate(other);
    await other.page.goto(`/n/${note.id}`);
    await reading.isRead;
    bucket.open();
    await rowOf(hedy, "a.txt")
      .getByText(/You · just now$/)
      .waitFor();
    await expect.poll(() => keptUploads(hedy)).toBe(0);
    await reading.release();
    await choose(other, [text("b.txt", "hello")]);
    await rowOf(other, "b.txt")
      .getByText(/You · just now$/)
      .waitFor();
    await expect.poll(() => keptUploads(other)).toBe(0);
    expect((await hedy.client.notes.get(note.id)).attachments).toHaveLength(2);
  });

  it("is not done twice when another tab has done it after it failed in both", async () => {
    const iris = await web.person("Iris");
    const note = await open(iris);
    const bucket = await closeBucket(iris);
    iris.watch.expect(/^401 |^412 PUT /);
    await choose(iris, [text("a.txt", "hello")]);
    await filesOf(iris).getByRole("progressbar").waitFor();
    await expect.poll(() => keptUploads(iris)).toBe(1);
    const other = { ...iris, page: await iris.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    await iris.context.clearCookies();
    bucket.open();
    for (const tab of [iris, other]) await tab.page.getByText("Your session has ended.").waitFor();
    for (const tab of [other, iris]) {
      await tab.page.getByLabel("E-mail").fill(iris.email);
      await tab.page.getByLabel("Password", { exact: true }).fill(PASSWORD);
      await tab.page.keyboard.press("Enter");
      await rowOf(tab, "a.txt")
        .getByText(/You · just now$/)
        .waitFor();
      await filesOf(tab).getByRole("progressbar").waitFor({ state: "detached" });
    }
    expect((await iris.client.notes.get(note.id)).attachments).toHaveLength(1);
  });

  it("is not done twice when another tab has done it while it waited for its turn", async () => {
    const jon = await web.person("Jon");
    const note = await open(jon);
    const isOpen = Promise.withResolvers<void>();
    await jon.page.route(`${web.service.bucketOrigin}/**`, async (route) => {
      await isOpen.promise;
      await route.continue();
    });
    const files = ["a.txt", "b.txt", "c.txt", "d.txt"].map((name) => text(name, "hello"));
    await choose(jon, files);
    await rowOf(jon, "d.txt").getByText("Waiting for its turn").waitFor();
    await expect.poll(() => keptUploads(jon)).toBe(4);
    const other = { ...jon, page: await jon.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "d.txt")
      .getByText(/You · just now$/)
      .waitFor();
    isOpen.resolve();
    for (const tab of [jon, other]) {
      const ready = filesOf(tab).getByText(/You · just now$/);
      await expect.poll(() => ready.count()).toBe(4);
      await expect.poll(() => filesOf(tab).getByRole("progressbar").count()).toBe(0);
    }
    expect((await jon.client.notes.get(note.id)).attachments).toHaveLength(4);
  });

  it("that has to be chosen again is another tab's as long as that one sends it, and then over", async () => {
    const kay = await web.person("Kay");
    const note = await open(kay);
    const bucket = await closeBucket(kay);
    await choose(kay, [text("a.txt", "hello")]);
    await expect.poll(() => keptUploads(kay)).toBe(1);
    await forgetContent(kay);
    const other = { ...kay, page: await kay.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    bucket.open();
    for (const tab of [kay, other]) {
      await rowOf(tab, "a.txt")
        .getByText(/You · just now$/)
        .waitFor();
      expect(await filesOf(tab).getByRole("listitem").count()).toBe(1);
    }
  });

  it("that has to be chosen again asks for its file when the tab that sends it is closed", async () => {
    const lea = await web.person("Lea");
    const note = await open(lea);
    await closeBucket(lea);
    await choose(lea, [text("a.txt", "hello")]);
    await expect.poll(() => keptUploads(lea)).toBe(1);
    await forgetContent(lea);
    const other = { ...lea, page: await lea.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    await lea.page.close();
    await rowOf(other, "a.txt").getByText("Choose the file again to continue").waitFor();
  });

  it("that has to be chosen again is not done twice when it is chosen in two tabs, one after the other", async () => {
    const mia = await web.person("Mia");
    const note = await open(mia);
    const bucket = await closeBucket(mia);
    const path = await fileOnDisk("a.txt", { sizeBytes: 5 });
    await chooseBy(mia.page.getByRole("button", { name: "Attach files" }), path);
    await expect.poll(() => keptUploads(mia)).toBe(1);
    await forgetContent(mia);
    await mia.page.reload();
    const other = { ...mia, page: await mia.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    for (const tab of [mia, other]) await rowOf(tab, "a.txt").getByText("Choose the file again to continue").waitFor();
    bucket.open();
    for (const tab of [mia, other]) {
      await chooseBy(rowOf(tab, "a.txt").getByText("Choose the file…"), path);
      await rowOf(tab, "a.txt")
        .getByText(/You · just now$/)
        .waitFor();
      await expect.poll(() => filesOf(tab).getByRole("progressbar").count()).toBe(0);
    }
    expect((await mia.client.notes.get(note.id)).attachments).toHaveLength(1);
  });

  it("that is cancelled after a reload is given up at the service, too", async () => {
    const pia = await web.person("Pia");
    const note = await open(pia);
    await closeBucket(pia);
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

  it("that failed is given up at the service when it is removed from the list", async () => {
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

  it("that failed stays when it is removed from the list and another tab goes on with it", async () => {
    const ria = await web.person("Ria");
    const note = await open(ria);
    const bucket = await closeBucket(ria);
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
    await rowOf(other, "a.txt")
      .getByText(/You · just now$/)
      .waitFor();
    expect(await filenames(ria, note)).toEqual(["a.txt"]);
  });

  it("stays paused over a reload", async () => {
    const cleo = await web.person("Cleo");
    await open(cleo);
    const bucket = await closeBucket(cleo);
    await choose(cleo, [text("a.txt", "hello")]);
    const row = rowOf(cleo, "a.txt");
    await button(row, "Pause").click();
    await row.getByText("Paused").waitFor();
    await expect.poll(() => keptAsPaused(cleo)).toBe(1);
    await cleo.page.reload();
    await row.getByText("Paused").waitFor();
    bucket.open();
    await button(row, "Resume").click();
    await row.getByText(/You · just now$/).waitFor();
  });

  it("is asked about before the page goes as long as its file is not kept yet, also while it is paused", async () => {
    const hugo = await web.person("Hugo");
    await open(hugo);
    await closeBucket(hugo);
    const { context } = hugo;
    // The browser takes its time to keep what it is given: what it writes is not over.
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

  it("is asked about before the page goes, where the browser can't keep its file", async () => {
    const dora = await web.person("Dora");
    await dora.context.addInitScript("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })");
    await open(dora);
    const bucket = await closeBucket(dora);
    await choose(dora, [text("a.txt", "hello")]);
    await filesOf(dora).getByRole("progressbar").waitFor();
    const asked = dora.page.waitForEvent("dialog");
    await dora.page.evaluate("setTimeout(() => location.reload())");
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    bucket.open();
    await rowOf(dora, "a.txt")
      .getByText(/You · just now$/)
      .waitFor();
  });

  it("goes on in another tab when the one that sends it is closed, where the browser can't keep its file", async () => {
    const olaf = await web.person("Olaf");
    await olaf.context.addInitScript(
      "IDBObjectStore.prototype.put = () => { throw new DOMException('', 'QuotaExceededError'); }",
    );
    const note = await open(olaf);
    const bucket = await closeBucket(olaf);
    olaf.watch.expect(/^412 PUT /);
    const other = { ...olaf, page: await olaf.context.newPage() };
    await other.page.goto(`/n/${note.id}`);
    const path = await fileOnDisk("a.txt", { sizeBytes: 5 });
    await chooseBy(olaf.page.getByRole("button", { name: "Attach files" }), path);
    await filesOf(olaf).getByRole("progressbar").waitFor();
    await chooseBy(other.page.getByRole("button", { name: "Attach files" }), path);
    await rowOf(other, "a.txt").getByText("Uploading in another tab").waitFor();
    await olaf.page.close();
    await filesOf(other).getByText("Uploading in another tab").waitFor({ state: "detached" });
    bucket.open();
    await rowOf(other, "a.txt")
      .getByText(/You · just now$/)
      .waitFor();
  });

  it("of more than 512 MiB asks for its file after a reload, and takes no other one", async () => {
    const emil = await web.person("Emil");
    await open(emil);
    await closeBucket(emil);
    const path = await fileOnDisk("huge.bin", HUGE);
    const row = rowOf(emil, "huge.bin");
    await chooseBy(emil.page.getByRole("button", { name: "Attach files" }), path);
    await button(row, "Pause").waitFor();
    await expect.poll(() => keptUploads(emil)).toBe(1);
    emil.page.on("dialog", (dialog) => dialog.accept());
    await emil.page.reload();
    await row.getByText("Choose the file again to continue").waitFor();
    const again = row.getByText("Choose the file…");
    await chooseBy(again, { name: "huge.bin", mimeType: "", buffer: Buffer.from("another") });
    await row.getByText("That is another file: its name, size or date is not the same.").waitFor();
    await chooseBy(again, path);
    await button(row, "Pause").waitFor();
    await button(row, "Cancel").click();
    await expect.poll(() => keptUploads(emil)).toBe(0);
  });

  it("of more than 512 MiB that was dropped goes on from where it lies, as long as the browser may read it", async () => {
    const fritz = await web.person("Fritz");
    const note = await open(fritz);
    await closeBucket(fritz);
    const row = rowOf(fritz, "huge.bin");
    await dropFromDisk(fritz, [await fileOnDisk("huge.bin", HUGE)]);
    await button(row, "Pause").waitFor();
    await expect.poll(() => keptUploads(fritz)).toBe(1);
    await fritz.page.reload();
    await row.getByText("0 bytes of 538 MB").waitFor();
    await fritz.page.close();
    // With its last page the browser has forgotten that it may.
    const later = { ...fritz, page: await fritz.context.newPage() };
    await later.page.goto(`/n/${note.id}`);
    const laterRow = rowOf(later, "huge.bin");
    await laterRow.getByText("Your browser needs your permission to read the file again.").waitFor();
    await laterRow.getByRole("button", { name: "Continue" }).waitFor();
    await button(laterRow, "Remove from the list").click();
    await expect.poll(() => keptUploads(later)).toBe(0);
  });

  it("of more than 512 MiB goes on from where it lies after it was allowed, and after another reload", async () => {
    const nora = await web.person("Nora");
    await open(nora);
    await closeBucket(nora);
    const row = rowOf(nora, "huge.bin");
    await dropFromDisk(nora, [await fileOnDisk("huge.bin", HUGE)]);
    await row.getByText("0 bytes of 538 MB").waitFor();
    await expect.poll(() => keptIn(nora, "uploads", ({ attachmentId }) => attachmentId !== undefined)).toBe(1);
    // The browser's own question can't be answered by a test.
    await nora.page.addInitScript(`
      FileSystemHandle.prototype.queryPermission = async () => globalThis.asked ?? "prompt";
      FileSystemHandle.prototype.requestPermission = async () => globalThis.asked = "granted";
    `);
    await nora.page.reload();
    await row.getByRole("button", { name: "Continue" }).click();
    await row.getByText("0 bytes of 538 MB").waitFor();
    await expect.poll(() => keptIn(nora, "uploads", ({ attachmentId }) => attachmentId !== undefined)).toBe(1);
    await nora.page.reload();
    await row.getByRole("button", { name: "Continue" }).waitFor();
  });
});

/** Chooses files in the dialog of the browser that a click opens. */
async function chooseBy(click: Locator, files: Parameters<FileChooser["setFiles"]>[0]): Promise<void> {
  const chooser = click.page().waitForEvent("filechooser");
  await click.click();
  await (await chooser).setFiles(files);
}

/** A file of zeros, which keeps its date, by which it is known when it is chosen again. */
async function fileOnDisk(name: string, { sizeBytes }: { sizeBytes: number }): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "valetkey-disk-")), name);
  onTestFinished(() => rm(dirname(path), { recursive: true }));
  await writeFile(path, "");
  await truncate(path, sizeBytes);
  return path;
}
