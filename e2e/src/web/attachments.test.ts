import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { seriousFindings } from "./testing/axe.ts";
import { dropFiles, dropFromDisk } from "./testing/drop-files.ts";
import { png, randomFile, type SampleFile, text } from "./testing/files.ts";
import {
  button,
  choose,
  filesOf,
  hashesOf,
  keptIn,
  keptUploads,
  open,
  rowOf,
  sha256,
  stored,
} from "./testing/note-files.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";
import { readZip } from "./testing/zip.ts";

const MIB = 2 ** 20;
/** More than a single PUT takes: it goes in parts of 8 MiB. */
const IN_PARTS = 72 * MIB;

describe("attaching files", () => {
  const web = startWeb();

  it("by dropping: 30 MiB, with the progress in the row", async () => {
    const ann = await web.person("Ann");
    const note = await open(ann);
    const film = randomFile("film.bin", { sizeBytes: 30 * MIB });
    await dropFiles(ann.page.locator("main"), { files: [film], isHeld: true });
    await ann.page.getByText("Drop to attach").waitFor();
    await slowDown(ann);
    await dropFiles(ann.page.locator("main"), { files: [film] });
    await expect.poll(() => ann.page.getByText("Drop to attach").count()).toBe(0);
    const bar = filesOf(ann).getByRole("progressbar", { name: "film.bin" });
    await expect
      .poll(() => bar.getAttribute("aria-valuetext"))
      .toMatch(/^[\d.]+ MB of 31.5 MB · [\d.]+ MB\/s · \d+ s left$/);
    await rowOf(ann, "film.bin").getByText("31.5 MB · You · just now").waitFor();
    expect(await stored(ann.client, note.id)).toEqual(hashesOf([film]));
  });

  it("by dropping a folder: the files in it, and in folders within", async () => {
    const lea = await web.person("Lea");
    const note = await open(lea);
    const folder = await mkdtemp(join(tmpdir(), "valetkey-folder-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, "trip/inner"), { recursive: true });
    const contents = { "trip/a.txt": "a", "trip/inner/b.txt": "b", "trip/.DS_Store": "x", "c.txt": "c" };
    // Alike in all that a browser tells of a file without reading it.
    const alike = { "trip/alike.txt": "1", "trip/inner/alike.txt": "2" };
    for (const [path, content] of Object.entries({ ...contents, ...alike })) {
      await writeFile(join(folder, path), content);
      await utimes(join(folder, path), 1_700_000_000, 1_700_000_000);
    }
    await dropFromDisk(lea, [join(folder, "trip"), join(folder, "c.txt")]);
    for (const name of ["a.txt", "b.txt", "c.txt"])
      await rowOf(lea, name)
        .getByText(/You · just now$/)
        .waitFor();
    await expect
      .poll(() =>
        rowOf(lea, "alike.txt")
          .getByText(/You · just now$/)
          .count(),
      )
      .toBe(2);
    const { attachments } = await lea.client.notes.get(note.id);
    expect(attachments).toHaveLength(5);
    const ofAlike = attachments.filter(({ filename }) => filename === "alike.txt");
    const read = await Promise.all(
      ofAlike.map(async ({ id }) => (await (await lea.client.download(id)).blob()).text()),
    );
    expect(read.sort()).toEqual(["1", "2"]);
  });

  it("by choosing: several at once, three at a time", async () => {
    const ben = await web.person("Ben");
    const note = await open(ben);
    const files = ["a.bin", "b.bin", "c.bin", "d.bin"].map((name) => randomFile(name, { sizeBytes: 20_000 }));
    const gate = Promise.withResolvers<void>();
    await ben.page.route(`${web.service.bucketOrigin}/**`, async (route) => {
      await gate.promise;
      await route.continue();
    });
    await choose(ben, files);
    await filesOf(ben).getByText("Waiting for its turn").waitFor();
    expect(await filesOf(ben).getByText("Waiting for its turn").count()).toBe(1);
    gate.resolve();
    for (const { name } of files) await rowOf(ben, name).getByText("You · just now").waitFor();
    expect(await stored(ben.client, note.id)).toEqual(hashesOf(files));
  });

  it("by pasting: a picture gets a name by its time", async () => {
    const cleo = await web.person("Cleo");
    await open(cleo);
    const { bytes } = png("image.png");
    await cleo.page.evaluate(paste, { name: "image.png", type: "image/png", base64: bytes.toString("base64") });
    await filesOf(cleo)
      .getByText(/^Pasted image \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/)
      .waitFor();
  });

  it("by the key U, and not as a viewer, on whose page a file falls without a trace", async () => {
    const dora = await web.person("Dora");
    const emil = await web.person("Emil");
    const note = await seedNote(dora.client, { title: "Trip", sharedWith: { emails: [emil.email] } });
    // Asked for before: it takes the browser a moment to hand its dialogs over, and the key is pressed at once.
    const chooser = dora.page.waitForEvent("filechooser");
    await dora.page.goto(`/n/${note.id}`);
    await filesOf(dora).waitFor();
    await dora.page.keyboard.press("u");
    await chooser;
    await emil.page.goto(`/n/${note.id}`);
    await filesOf(emil).getByText("There are no files on this note yet.").waitFor();
    await dropFiles(emil.page.locator("main"), { files: [text("a.txt", "a")] });
    expect(await emil.page.getByRole("button", { name: "Attach files" }).count()).toBe(0);
    expect((await dora.client.notes.get(note.id)).attachments).toEqual([]);
  });

  it("can be paused, resumed and cancelled", async () => {
    const fay = await web.person("Fay");
    const note = await open(fay);
    const file = randomFile("large.bin", { sizeBytes: IN_PARTS });
    await slowDown(fay);
    await dropFiles(fay.page.locator("main"), { files: [file] });
    const row = rowOf(fay, "large.bin");
    await row.getByText(/MB\/s/).waitFor();
    await button(row, "Pause").click();
    await row.getByText(/^Paused/).waitFor();
    await button(row, "Resume").click();
    await row.getByText(/MB\/s/).waitFor();
    await button(row, "Cancel").click();
    await expect.poll(() => row.count()).toBe(0);
    await expect.poll(async () => (await fay.client.notes.get(note.id)).attachments).toEqual([]);
    expect(await keptUploads(fay)).toBe(0);
  });

  it("says of a file that is not what its name says that it was not kept, and removes its row", async () => {
    const hal = await web.person("Hal");
    const note = await open(hal);
    hal.watch.expect(/^422 POST .*\/complete$/);
    await choose(hal, [
      { name: "photo.png", type: "image/png", bytes: Buffer.from("<!doctype html><title>x</title>") },
    ]);
    const row = rowOf(hal, "photo.png");
    await row
      .getByText("This file is not what its name says (it is HTML, named photo.png). It was not kept.")
      .waitFor();
    await hal.page.getByRole("status").filter({ hasText: "photo.png was not attached." }).waitFor();
    await button(row, "More").click();
    await hal.page.getByRole("menuitem", { name: "Remove" }).click();
    await expect.poll(() => row.count()).toBe(0);
    await hal.page.goto("/activity");
    await expect.poll(async () => (await hal.client.notes.get(note.id)).attachments).toEqual([]);
  });

  it("shows those of another note on every page", async () => {
    const ida = await web.person("Ida");
    const note = await open(ida);
    const gate = Promise.withResolvers<void>();
    await ida.page.route(`${web.service.bucketOrigin}/**`, async (route) => {
      await gate.promise;
      await route.continue();
    });
    await choose(ida, [text("a.txt", "hello")]);
    await filesOf(ida).getByRole("progressbar").waitFor();
    await ida.page.getByRole("link", { name: "Activity" }).first().click();
    await ida.page.getByRole("link", { name: "Uploading 1 file: 0 %" }).waitFor();
    gate.resolve();
    await expect.poll(() => ida.page.getByRole("link", { name: /^Uploading/ }).count()).toBe(0);
    expect((await ida.client.notes.get(note.id)).attachments).toHaveLength(1);
  });
});

describe("a file that is larger than the service takes", () => {
  const web = startWeb({ env: { UPLOAD_MAX_BYTES: "100000" } });

  it("is refused before anything is sent", async () => {
    const ann = await web.person("Ann");
    await open(ann);
    await choose(ann, [randomFile("large.bin", { sizeBytes: 100_001 })]);
    const row = rowOf(ann, "large.bin");
    await row.getByText("It is larger than 100 kB, the most that this service accepts. It was not sent.").waitFor();
    const asked = ann.watch.requests.get(web.service.url) ?? [];
    expect(asked.filter(({ method }) => method === "POST")).toEqual([]);
    await button(row, "Remove from the list").click();
    await expect.poll(() => row.count()).toBe(0);
  });
});

describe("the files of a note", () => {
  const web = startWeb();

  it("are found fault with by no checker of accessibility, on their way and there", async () => {
    const kim = await web.person("Kim");
    await open(kim, [png("a.png"), text("b.txt", "b")]);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await kim.context.route(`${web.service.bucketOrigin}/**`, async (route) => {
      await released;
      await route.continue();
    });
    await choose(kim, [text("c.txt", "c")]);
    await filesOf(kim).getByRole("progressbar").waitFor();
    expect(await seriousFindings(kim.page)).toEqual([]);
    release();
  });
  const bucketReads = ({ watch }: Person) =>
    (watch.requests.get(web.service.bucketOrigin) ?? []).filter(({ method }) => method === "GET").length;
  const urlRequests = ({ watch }: Person) =>
    (watch.requests.get(web.service.url) ?? []).filter(({ url }) => /\/urls?(\?|$)/.test(url)).length;

  it("are deleted unless it is undone", async () => {
    const ann = await web.person("Ann");
    const note = await open(ann, [text("a.txt", "a"), text("b.txt", "b")]);
    for (const name of ["a.txt", "b.txt"]) {
      await button(rowOf(ann, name), "More").click();
      await ann.page.getByRole("menuitem", { name: "Delete" }).click();
      await expect.poll(() => rowOf(ann, name).count()).toBe(0);
      if (name !== "a.txt") continue;
      await ann.page.getByRole("button", { name: "Undo" }).click();
      await rowOf(ann, "a.txt").waitFor();
    }
    // Whoever leaves the page can't undo any more.
    await ann.page.goto("/activity");
    const names = async () => (await ann.client.notes.get(note.id)).attachments.map(({ filename }) => filename);
    await expect.poll(names).toEqual(["a.txt"]);
  });

  it("have small pictures, one request for the URLs of all of them, and none after a reload", async () => {
    const ben = await web.person("Ben");
    await open(ben, [png("a.png"), png("b.png"), text("c.txt", "c")]);
    const pictures = () => filesOf(ben).locator("img").count();
    await expect.poll(pictures).toBe(2);
    expect(urlRequests(ben)).toBe(1);
    const readBefore = bucketReads(ben);
    await ben.page.reload();
    await expect.poll(pictures).toBe(2);
    expect(urlRequests(ben)).toBe(1);
    expect(bucketReads(ben)).toBe(readBefore);
  });

  it("have small pictures without any URL where they were attached", async () => {
    const cleo = await web.person("Cleo");
    await open(cleo);
    await choose(cleo, [png("a.png")]);
    await expect.poll(() => filesOf(cleo).locator("img").count()).toBe(1);
    expect(urlRequests(cleo)).toBe(0);
  });

  it("leave nothing in the browser after a sign-out", async () => {
    const dora = await web.person("Dora");
    await open(dora);
    await choose(dora, [png("a.png")]);
    await expect.poll(() => filesOf(dora).locator("img").count()).toBe(1);
    expect(await keptIn(dora, "thumbnails")).toBe(1);
    await dora.page.getByRole("button", { name: "Dora" }).click();
    await dora.page.getByRole("menuitem", { name: "Sign out" }).click();
    await dora.page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await keptIn(dora, "thumbnails")).toBe(0);
    expect(await keptUploads(dora)).toBe(0);
  });

  it("are downloaded one by one, from the row and from its menu", async () => {
    const gus = await web.person("Gus");
    await open(gus, [text("a.txt", "hello")]);
    const row = rowOf(gus, "a.txt");
    await row.hover();
    const clicks = [
      () => row.getByRole("link", { name: "Download" }).click(),
      async () => {
        await button(row, "More").click();
        await gus.page.getByRole("menuitem", { name: "Download" }).click();
      },
    ];
    for (const click of clicks) {
      const download = gus.page.waitForEvent("download");
      await click();
      expect((await download).suggestedFilename()).toBe("a.txt");
      expect(await readFile(await (await download).path(), "utf8")).toBe("hello");
    }
  });

  it("come as one ZIP that is made in the browser: no byte of them through the service", async () => {
    const emil = await web.person("Emil");
    const files = [text("a.txt", "first"), text("a.txt", "second"), randomFile("c.bin", { sizeBytes: 3 * MIB })];
    await emil.context.addInitScript("delete globalThis.showSaveFilePicker");
    await open(emil, files);
    const sizes: Promise<number>[] = [];
    emil.context.on("response", (response) => {
      if (!response.url().startsWith(web.service.url)) return;
      sizes.push(
        response.body().then(
          (body) => body.length,
          () => 0,
        ),
      );
    });
    const download = emil.page.waitForEvent("download");
    await emil.page.getByRole("button", { name: "Download all" }).click();
    expect((await download).suggestedFilename()).toBe("Trip.zip");
    const entries = await readZip(await (await download).path());
    const { bytes } = files[2] as SampleFile;
    expect(entries.map(({ name, bytes }) => [name, sha256(bytes)]).sort()).toEqual(
      [
        ["a.txt", sha256(Buffer.from("second"))],
        ["a (2).txt", sha256(Buffer.from("first"))],
        ["c.bin", sha256(bytes)],
      ].sort(),
    );
    expect(Math.max(...(await Promise.all(sizes)))).toBeLessThan(100_000);
  });

  it("leave no ZIP in the browser's own storage after a sign-out, nor an older one when the next is made", async () => {
    const jan = await web.person("Jan");
    await jan.context.addInitScript("delete globalThis.showSaveFilePicker");
    await open(jan, [text("a.txt", "first"), text("b.txt", "second")]);
    const downloadAll = async () => {
      const download = jan.page.waitForEvent("download");
      await jan.page.getByRole("button", { name: "Download all" }).click();
      await readZip(await (await download).path());
    };
    await downloadAll();
    const [first] = await storedNames(jan);
    await downloadAll();
    // The browser may still be saving it.
    expect(await storedNames(jan)).toHaveLength(2);
    await jan.page.clock.install({ time: Date.now() + 120_000 });
    await downloadAll();
    const names = await storedNames(jan);
    expect(names).toHaveLength(1);
    expect(names).not.toContain(first);
    await jan.page.getByRole("button", { name: "Jan" }).click();
    await jan.page.getByRole("menuitem", { name: "Sign out" }).click();
    await jan.page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await storedNames(jan)).toEqual([]);
  });

  it("come as one ZIP straight into the file that was chosen for it, where the browser asks for one", async () => {
    const fay = await web.person("Fay");
    // The dialog is the browser's; the file behind its answer is a real one, of the browser's own storage.
    await fay.context.addInitScript(`globalThis.showSaveFilePicker = async ({ suggestedName, types }) => {
      if (globalThis.declines) throw new DOMException("", "AbortError");
      return (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
    }`);
    const files = [text("a.txt", "first"), randomFile("c.bin", { sizeBytes: 3 * MIB })];
    await open(fay, files);
    const all = fay.page.getByRole("button", { name: "Download all" });
    await fay.page.evaluate("globalThis.declines = true");
    await all.click();
    await fay.page.evaluate("globalThis.declines = false");
    await all.click();
    await fay.page.getByText("All files are in the ZIP.").waitFor();
    const folder = await mkdtemp(join(tmpdir(), "valetkey-zip-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "Trip.zip"), await readStored(fay, "Trip.zip"));
    const entries = await readZip(join(folder, "Trip.zip"));
    expect(Object.fromEntries(entries.map(({ name, bytes }) => [name, sha256(bytes)]))).toEqual(hashesOf(files));
  });

  it("says what could not be had, on the page and in the ZIP", async () => {
    const hana = await web.person("Hana");
    await hana.context.addInitScript("delete globalThis.showSaveFilePicker");
    const note = await open(hana, [text("a.txt", "a"), text("b.txt", "b")]);
    hana.watch.expect(/^404 GET /);
    const [first] = note.attachments;
    await hana.client.attachments.remove(first?.id ?? "");
    const download = hana.page.waitForEvent("download");
    await hana.page.getByRole("button", { name: "Download all" }).click();
    const names = (await readZip(await (await download).path())).map(({ name }) => name);
    expect(names).toEqual(["b.txt", "NOT IN THIS ZIP.txt"]);
    const said = hana.page.getByRole("region", { name: "Notifications" });
    await said.getByText("Not in the ZIP, because they could not be downloaded: a.txt").waitFor();
  });
});

/** So slow that the middle of an upload can be seen. */
/** In the page: what the browser does when a file is pasted. */
function paste({ name, type, base64 }: { name: string; type: string; base64: string }): void {
  const { DataTransfer, ClipboardEvent, document } = globalThis as unknown as InPage;
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { type }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}

type InPage = {
  DataTransfer: new () => { items: { add(file: File): void } };
  ClipboardEvent: new (type: string, init: object) => object;
  document: { body: { dispatchEvent(event: object): void } };
};

async function slowDown({ page, context }: Person): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send("Network.emulateNetworkConditions", {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 8 * MIB },
  });
}

/** What is in the browser's own storage. */
function storedNames({ page }: Person): Promise<string[]> {
  return page.evaluate("navigator.storage.getDirectory().then((folder) => Array.fromAsync(folder.keys()))");
}

/** A file of the browser's own storage. */
async function readStored({ page }: Person, name: string): Promise<Buffer> {
  const url = await page.evaluate<string>(
    `navigator.storage.getDirectory().then((folder) => folder.getFileHandle("${name}")).then((handle) => handle.getFile()).then(
      (file) => new Promise((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.readAsDataURL(file);
      }),
    )`,
  );
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}
