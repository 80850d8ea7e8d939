import { writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { uploadTexts } from "../../../packages/web/src/texts/en/uploads.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { dropFiles, dropFromDisk } from "./testing/drop-files.ts";
import { png, randomFile, text } from "./testing/files.ts";
import {
  button,
  choose,
  filesOf,
  hashesOf,
  keptUploads,
  open,
  rowOf,
  stored,
  untilAttached,
} from "./testing/note-files.ts";
import type { Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const MIB = 2 ** 20;
/** The size of a file that is too large for a single PUT. The client sends such a file in parts of 8 MiB. */
const MULTIPART_BYTES = 72 * MIB;
/** The delay of the response with the limits, in milliseconds. The limits then arrive long after the rest of the page. */
const LATE_MS = 1_000;

describe("attaching files to a note", () => {
  const web = startWeb();

  it("dropped files show their progress in their rows, and the progress of all uploads in one line", async () => {
    const ann = await web.person("Ann");
    const note = await open(ann);
    const film = randomFile("film.bin", { sizeBytes: 30 * MIB });
    const letter = text("a.txt", "a");
    await dropFiles(ann.page.locator("main"), { files: [film], isHeld: true });
    await ann.page.getByText("Drop to attach to this note").waitFor();
    await slowDown(ann);
    await dropFiles(ann.page.locator("main"), { files: [letter, film] });
    await expect.poll(() => ann.page.getByText("Drop to attach to this note").count()).toBe(0);
    await ann.page.getByText(uploadTexts.attached(1, 2)).waitFor();
    const all = filesOf(ann).getByRole("progressbar", { name: uploadTexts.all });
    const bar = filesOf(ann).getByRole("progressbar", { name: "film.bin" });
    await expect
      .poll(() => Promise.all([all, bar].map((shown) => shown.getAttribute("aria-valuetext"))))
      .toEqual([
        expect.stringMatching(/^[\d.]+ MB of 31.5 MB · about \d+\ss left$/),
        expect.stringMatching(/^[\d.]+ MB of 31.5 MB · [\d.]+ MB\/s · \d+\ss left$/),
      ]);
    await rowOf(ann, "film.bin").getByText("31.5 MB · just now").waitFor();
    expect(await all.count()).toBe(0);
    expect(await stored(ann.client, note.id)).toEqual(hashesOf([letter, film]));
  });

  it("a dropped folder attaches all its files in their folders", async () => {
    const lea = await web.person("Lea");
    const note = await open(lea);
    const folder = await mkdtemp(join(tmpdir(), "valetkey-folder-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, "trip/inner"), { recursive: true });
    const contents = { "trip/a.txt": "a", "trip/inner/b.txt": "b", "trip/.DS_Store": "x", "c.txt": "c" };
    // Two files with the same name, size and modification time, but different content.
    const alike = { "trip/alike.txt": "1", "trip/inner/alike.txt": "2" };
    for (const [path, content] of Object.entries({ ...contents, ...alike })) {
      await writeFile(join(folder, path), content);
      await utimes(join(folder, path), 1_700_000_000, 1_700_000_000);
    }
    await dropFromDisk(lea, [join(folder, "trip"), join(folder, "c.txt")]);
    for (const name of ["a.txt", "b.txt", "c.txt"]) await untilAttached(lea, name);
    await expect
      .poll(() =>
        rowOf(lea, "alike.txt")
          .getByText(/ · just now$/)
          .count(),
      )
      .toBe(2);
    const { attachments } = await lea.client.notes.get(note.id);
    expect(attachments.map(({ path = "", filename }) => path + filename).sort()).toEqual(
      Object.keys({ ...contents, ...alike })
        .filter((path) => !path.includes("DS_Store"))
        .sort(),
    );
    const headings = filesOf(lea).getByRole("heading", { level: 3 });
    expect(await headings.allTextContents()).toEqual(["trip", "trip/inner"]);
    await filesOf(lea)
      .getByRole("button", { name: texts.attachments.moreOf("inner") })
      .click();
    await lea.page.getByRole("menuitem", { name: texts.attachments.selectAll }).click();
    const inner = attachments.filter(({ path }) => path === "trip/inner/");
    await expect.poll(() => filesOf(lea).locator("li input:checked").count()).toBe(inner.length);
    const ofAlike = attachments.filter(({ filename }) => filename === "alike.txt");
    const read = await Promise.all(
      ofAlike.map(async ({ id }) => (await (await lea.client.download(id)).blob()).text()),
    );
    expect(read.sort()).toEqual(["1", "2"]);
  });

  it("the page says why it refuses a dropped folder with 20,000 files", async () => {
    const uma = await web.person("Uma");
    const note = await open(uma);
    const folder = await mkdtemp(join(tmpdir(), "valetkey-folder-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    for (let nth = 0; nth < 20_000; nth += 1) writeFileSync(join(folder, `${nth}.txt`), "");
    await dropFromDisk(uma, [folder]);
    await uma.page.getByText(texts.attachments.tooMany(1_000)).first().waitFor();
    expect((await uma.client.notes.get(note.id)).attachments).toEqual([]);
  });

  it("the page shows why a folder with an invalid name is refused", async () => {
    const ida = await web.person("Ida");
    ida.watch.expect(/^400 POST .*\/uploads/);
    const note = await open(ida);
    const folder = await mkdtemp(join(tmpdir(), "valetkey-folder-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, "trip/CON"), { recursive: true });
    await writeFile(join(folder, "trip/a.txt"), "a");
    await writeFile(join(folder, "trip/CON/b.txt"), "b");
    const dialog = ida.page.waitForEvent("filechooser");
    await ida.page.getByRole("button", { name: texts.attachments.attachFolder }).click();
    await (await dialog).setFiles(join(folder, "trip"));
    await untilAttached(ida, "a.txt");
    await filesOf(ida).getByText('Windows reserves the name "CON"').waitFor();
    const { attachments } = await ida.client.notes.get(note.id);
    expect(attachments.map(({ path, filename }) => [path, filename])).toEqual([["trip/", "a.txt"]]);
  });

  it("the page of a note uploads at most three large files at a time", async () => {
    const ben = await web.person("Ben");
    const note = await open(ben);
    const files = ["a.bin", "b.bin", "c.bin", "d.bin"].map((name) => randomFile(name, { sizeBytes: 1_100_000 }));
    const gate = Promise.withResolvers<void>();
    await ben.page.route(`${web.service.bucketOrigin}/**`, async (route) => {
      await gate.promise;
      await route.continue();
    });
    await choose(ben, files);
    await filesOf(ben).getByText("Waiting for its turn").waitFor();
    expect(await filesOf(ben).getByText("Waiting for its turn").count()).toBe(1);
    gate.resolve();
    for (const { name } of files)
      await rowOf(ben, name)
        .getByText(/ · just now$/)
        .waitFor();
    expect(await stored(ben.client, note.id)).toEqual(hashesOf(files));
  });

  it("the name of a pasted picture contains the time", async () => {
    const cleo = await web.person("Cleo");
    await open(cleo);
    const { bytes } = png("image.png");
    await cleo.page.evaluate(paste, { name: "image.png", type: "image/png", base64: bytes.toString("base64") });
    await filesOf(cleo)
      .getByText(/^Pasted image \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.png$/)
      .waitFor();
  });

  it("a failed upload shows whose storage is full", async () => {
    const [owner, editor] = [await web.person("Olga Full"), await web.person("Edda Full")];
    const note = await open(owner);
    await owner.client.shares.put({ noteId: note.id }, { userIds: [editor.id], role: "editor" });
    for (const { page, watch } of [owner, editor]) {
      watch.expect(/^413 POST .*uploads/);
      await page.route("**/notes/*/uploads", (route) =>
        route.fulfill({ status: 413, json: { code: "quota_exceeded" } }),
      );
    }
    await editor.page.goto(`/n/${note.id}`);
    await choose(editor, [text("a.txt", "a")]);
    await filesOf(editor).getByText("The storage of the owner of this note has too little space left.").waitFor();
    expect(await filesOf(editor).getByRole("link").count()).toBe(0);
    await choose(owner, [text("a.txt", "a")]);
    await filesOf(owner).getByRole("link", { name: "See your storage" }).click();
    await owner.page.waitForURL("**/settings/storage");
  });

  it("60 dropped files appear in the order in which they were dropped", async () => {
    const zoe = await web.person("Zoe Drops");
    const note = await open(zoe);
    const names = Array.from({ length: 60 }, (_, nth) => `${String((nth * 7) % 60).padStart(3, "0")}.txt`);
    await dropFiles(zoe.page.locator("main"), { files: names.map((name) => text(name, name)) });
    const attached = async () =>
      (await zoe.client.notes.get(note.id)).attachments
        .filter(({ state }) => state === "ready")
        .map(({ filename }) => filename);
    await expect.poll(async () => (await attached()).length, { timeout: 60_000 }).toBe(60);
    expect(await attached()).toEqual(names);
    const shown = () => filesOf(zoe).getByRole("listitem").getByRole("button", { name: /txt$/ }).allTextContents();
    await expect.poll(async () => (await shown()).map((name) => name.slice(0, 7))).toEqual(names);
  });

  it("the key U lets an editor attach files, and does nothing for a viewer", async () => {
    const dora = await web.person("Dora");
    const emil = await web.person("Emil");
    const note = await seedNote(dora.client, { title: "Trip", sharedWith: { userIds: [emil.id] } });
    // Waits for the file dialog before the key is pressed. If the key came first, the test could miss the event.
    const chooser = dora.page.waitForEvent("filechooser");
    await dora.page.goto(`/n/${note.id}`);
    await filesOf(dora).waitFor();
    await dora.page.keyboard.press("u");
    await chooser;
    await emil.page.goto(`/n/${note.id}`);
    await filesOf(emil).getByText("There are no files on this note yet.").waitFor();
    await dropFiles(emil.page.locator("main"), { files: [text("a.txt", "a")] });
    expect(await emil.page.getByText(texts.attachments.empty.choose).count()).toBe(0);
    expect((await dora.client.notes.get(note.id)).attachments).toEqual([]);
  });

  it("an upload can be paused, resumed and cancelled", async () => {
    const fay = await web.person("Fay");
    const note = await open(fay);
    const file = randomFile("large.bin", { sizeBytes: MULTIPART_BYTES });
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

  it("the heading counts a file while the service still verifies it", async () => {
    const gil = await web.person("Gil");
    const { id } = await open(gil, [text("a.txt", "a"), text("b.txt", "b")]);
    const arrived = Promise.withResolvers<void>();
    // The response never arrives, so the page shows the upload as unfinished.
    await gil.page.route(/\/complete$/, (route) => route.fetch().then(() => arrived.resolve(), arrived.reject));
    await gil.page.route(/\/notes\/[\w-]{36}$/, async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(/("filename":"c.txt".*?"state":)"ready"/, '$1"verifying"');
      await route.fulfill({ response, body });
    });
    await choose(gil, [text("c.txt", "c")]);
    await arrived.promise;
    // The page loads the note again after this change.
    await gil.client.notes.update(id, { body: "Read all files." });
    await filesOf(gil).getByText("· 3", { exact: true }).waitFor();
    await rowOf(gil, "c.txt").getByRole("button", { name: "Cancel" }).waitFor();
  });

  it("the page of a note shows that a file was rejected because of its content", async () => {
    const hal = await web.person("Hal");
    const note = await open(hal);
    hal.watch.expect(/^422 POST .*\/complete$/);
    await choose(hal, [
      { name: "photo.png", type: "image/png", bytes: Buffer.from("<!doctype html><title>x</title>") },
    ]);
    const row = rowOf(hal, "photo.png");
    await row.getByText("Not accepted: this is a web page, not a picture.").waitFor();
    await hal.page.getByRole("status").filter({ hasText: "photo.png was not attached." }).waitFor();
    await button(row, "More").click();
    await hal.page.getByRole("menuitem", { name: "Remove" }).click();
    await expect.poll(() => row.count()).toBe(0);
    await hal.page.goto("/activity");
    await expect.poll(async () => (await hal.client.notes.get(note.id)).attachments).toEqual([]);
  });

  it("every page of the app shows the running uploads of other notes", async () => {
    const ida = await web.person("Ida");
    ida.watch.expect(/^400 POST .*\/uploads/);
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

  it("the page refuses a file over the size limit without a request", async () => {
    const ann = await web.person("Ann");
    await ann.page.route("**/instance", async (route) => {
      const response = await route.fetch();
      const instance = await response.json();
      await setTimeout(LATE_MS);
      await route.fulfill({ response, json: { ...instance, limits: { ...instance.limits, uploadMaxBytes: 100_000 } } });
    });
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

/** Runs in the page. Dispatches the event of a browser whose user pastes a file. */
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

/** Makes the connection of the browser slow, so that a test can check the page during an upload. */
async function slowDown({ page, context }: Person): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 8 * MIB,
  });
}
