import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { describe, expect, it, onTestFinished } from "vitest";
import { texts } from "../../../packages/web/src/landing/texts/en.ts";
import { countClicks } from "./testing/clicks.ts";
import { dropFromDisk } from "./testing/drop-files.ts";
import { pdf, png, randomFile, type SampleFile, text } from "./testing/files.ts";
import { makeLink, returnTo, revokeLink } from "./testing/links.ts";
import { PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb, type Web } from "./testing/start-web.ts";

const words = texts.request;
const MIB = 2 ** 20;

async function ask(web: Web, request: object = {}, body: object = {}) {
  const ann = await web.person("Ann");
  const note = await seedNote(ann.client, { title: "Tax return" });
  const link = await makeLink(ann, note.id, { kind: "upload", request, ...body });
  const received = async () => (await ann.client.notes.get(note.id)).attachments;
  return { ann, link, received };
}

const visitor = (web: Web, options = {}) => web.person("Vera", { hasAccount: false, ...options });

/** Clicks `button`, and chooses files in the file dialog that then opens. */
async function choose(page: Page, button: Locator, files: readonly SampleFile[] | string): Promise<void> {
  const dialog = page.waitForEvent("filechooser");
  await button.click();
  if (typeof files === "string") return (await dialog).setFiles(files);
  await (await dialog).setFiles(
    files.map(({ name, type, bytes }) => ({ name, mimeType: type, buffer: Buffer.from(bytes) })),
  );
}

const chooseButton = (page: Page) => page.getByRole("button", { name: words.choose });
const addButton = (page: Page) => page.getByRole("button", { name: words.addMore });
const sendButton = (page: Page) => page.getByRole("button", { name: words.send(0), exact: true });

describe("the page of a file request", () => {
  const web = startWeb();

  it("a visitor sends a file to a file request with three clicks, and gets a receipt", async () => {
    const { link, received } = await ask(web, { askName: "required" });
    const { page, context } = await visitor(web, PHONE);
    const clicks = await countClicks([context]);
    await page.goto(link.url);
    await page.getByRole("heading", { name: words.title("Ann") }).waitFor();
    await choose(page, chooseButton(page), [text("payslip.txt", "4711")]);
    await page.getByRole("textbox", { name: words.name }).click();
    await page.keyboard.type("Vera");
    await page.getByRole("button", { name: words.send(1) }).click();
    await page.getByText(words.thanks).waitFor();
    expect(clicks()).toBe(3);
    expect(await received()).toMatchObject([{ filename: "payslip.txt", state: "ready" }]);
    await page.getByText(words.receipt, { exact: true }).click();
    await page.getByText(words.receiptSays).waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: words.saveReceipt }).click();
    const receipt = JSON.parse(await readFile(await (await saved).path(), "utf8"));
    expect(JSON.parse(receipt.statement)).toMatchObject({ filename: "payslip.txt", sizeBytes: 4 });
  });

  it("the files of a folder that a visitor drops on a file request keep their folders", async () => {
    const { link, received } = await ask(web, { maxFiles: 3 });
    const { page, context } = await visitor(web);
    const on = page.locator(".drop-place");
    const folder = await mkdtemp(join(tmpdir(), "valetkey-papers-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const paths = ["small/a.txt", "small/2024/b.txt", "large/1.txt", "large/2.txt", "large/3.txt", "large/4.txt"];
    for (const path of paths) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), path);
    }
    await page.goto(link.url);
    await dropFromDisk({ page, context, on }, [join(folder, "large")]);
    await page.getByText(words.droppedTooMany(3)).waitFor();
    await dropFromDisk({ page, context, on }, [join(folder, "small")]);
    await page.getByRole("heading", { name: "small/2024" }).waitFor();
    await page.getByRole("button", { name: words.send(2) }).click();
    await page.getByText(words.thanks).waitFor();
    const names = (await received()).map(({ path = "", filename }) => path + filename);
    expect(names.sort()).toEqual(["small/2024/b.txt", "small/a.txt"]);
    await page.reload();
    await page.getByRole("list", { name: "small/2024" }).getByText("b.txt").first().waitFor();
  });

  it("the Send button of a file request says which files are missing", async () => {
    const slots = [
      { id: "passport", name: "Passport" },
      { id: "photo", name: "Photo" },
    ];
    const { link, received } = await ask(web, { slots });
    const { page } = await visitor(web);
    await page.goto(link.url);
    await sendButton(page).focus();
    expect(await sendButton(page).isDisabled()).toBe(true);
    expect(await page.getByText(words.chooseFirst).getAttribute("id")).toBe(
      await sendButton(page).getAttribute("aria-describedby"),
    );
    await page.keyboard.press("Enter");
    const focused = page.locator(":focus");
    expect(await focused.getAttribute("aria-label")).toBe(words.chooseSlot("Passport"));
    await choose(page, focused, [text("p.txt", "p")]);
    await page.getByText(words.chooseFirst).waitFor({ state: "detached" });
    await page.getByRole("button", { name: words.send(1) }).click();
    await page.getByText(words.slots(1, 2)).waitFor();
    expect(await received()).toHaveLength(1);
    await sendButton(page).focus();
    await page.keyboard.press("Space");
    expect(await focused.getAttribute("aria-label")).toBe(words.chooseSlot("Photo"));
  });

  it("a complete file request still shows its files, receipts and thanks after a reload", async () => {
    const slots = [
      { id: "passport", name: "Passport", accept: ["application/pdf"] },
      { id: "photo", name: "Photo", accept: ["image/*"] },
    ];
    const { link, received } = await ask(web, { slots });
    const { page } = await visitor(web);
    await page.goto(link.url);
    await page.getByText(words.slots(0, 2)).waitFor();
    await choose(page, page.getByRole("button", { name: words.chooseSlot("Passport") }), [pdf("p.pdf", ["Passport"])]);
    await page.getByRole("button", { name: words.send(1) }).click();
    await page.getByText(words.slots(1, 2)).waitFor();
    await choose(page, page.getByRole("button", { name: words.chooseSlot("Photo") }), [png("me.png")]);
    await page.getByRole("button", { name: words.send(1) }).click();
    await page.getByText(words.thanksForAll).waitFor();
    for (const isReloaded of [false, true]) {
      if (isReloaded) await page.reload();
      await page.getByText(words.thanksForAll, { exact: true }).waitFor();
      for (const name of ["p.pdf", "me.png"]) {
        await page.getByRole("button", { name: words.takeBackFile(name) }).waitFor();
        await page.getByLabel(words.receiptOf(name)).waitFor();
      }
    }
    expect((await received()).map(({ filename }) => filename).sort()).toEqual(["me.png", "p.pdf"]);
  });

  it("a file request shows why it does not accept a file", async () => {
    const { link, received } = await ask(web, { maxBytesPerFile: 9000, accept: ["image/png"] });
    const { page, watch } = await visitor(web);
    watch.expect(/^422 POST .*\/complete$/);
    await page.goto(link.url);
    await choose(page, chooseButton(page), [randomFile("big.png", { sizeBytes: 9001 })]);
    await page.getByText(words.tooLarge(9000)).waitFor();
    expect(await sendButton(page).isDisabled()).toBe(true);
    const fake = { ...text("fake.png", "<html><script>alert(1)</script></html>"), type: "image/png" };
    await choose(page, addButton(page), [fake]);
    await page.getByRole("button", { name: words.send(1) }).click();
    await page.getByText("Not accepted: this is a web page, not a picture.").waitFor();
    expect(await sendButton(page).isDisabled()).toBe(true);
    await page.getByText(words.noneReady).waitFor();
    expect(await received()).toMatchObject([{ filename: "fake.png", state: "rejected" }]);
    await page.reload();
    await page.getByText(words.noneReady).waitFor();
    await choose(page, page.getByRole("button", { name: words.chooseInstead("fake.png") }), [png("real.png")]);
    await page.getByRole("button", { name: words.send(1) }).click();
    await page.getByText(words.thanks).waitFor();
    // The page deletes the refused file from the service, so that a reload does not show it again.
    await expect.poll(received).toMatchObject([{ filename: "real.png", state: "ready" }]);
  });

  it("a visitor removes a refused file from a file request", async () => {
    const { link } = await ask(web, { accept: ["image/png"] });
    const { page } = await visitor(web);
    await page.goto(link.url);
    await choose(page, chooseButton(page), [text("a.txt", "a")]);
    await page.getByText(words.noneReady).waitFor();
    await page.getByRole("button", { name: words.remove("a.txt") }).click();
    await page.getByText("a.txt").waitFor({ state: "detached" });
    await page.getByText(words.chooseFirst).waitFor();
    await chooseButton(page).waitFor();
  });

  it("a file request shows a refused file in its slot until the visitor replaces it", async () => {
    const slots = [
      { id: "photo", name: "Photo", accept: ["image/*"] },
      { id: "scan", name: "Scan", accept: ["application/pdf"] },
    ];
    const { link, received } = await ask(web, { slots });
    const { page, watch } = await visitor(web, PHONE);
    watch.expect(/^422 POST .*\/complete$/);
    await page.goto(link.url);
    const slot = page.getByRole("listitem").filter({ hasText: "Photo" }).first();
    const send = page.getByRole("button", { name: /^Send/ });
    const program = { name: "me.png", type: "image/png", bytes: Buffer.concat([Buffer.from("MZ"), Buffer.alloc(500)]) };
    await choose(page, page.getByRole("button", { name: words.chooseSlot("Photo") }), [program]);
    await send.click();
    await slot.getByText("Not accepted: this is a Windows program, not a picture.").waitFor();
    expect(await send.isDisabled()).toBe(true);
    // The page itself refuses the PDF in this slot, before it sends a byte.
    await choose(page, page.getByRole("button", { name: words.chooseInstead("me.png") }), [pdf("p.pdf", ["Passport"])]);
    await slot.getByText(words.wrongKind(["image/*"])).waitFor();
    expect(await send.isDisabled()).toBe(true);
    await choose(page, page.getByRole("button", { name: words.chooseInstead("p.pdf") }), [png("photo.png")]);
    await slot.getByRole("alert").waitFor({ state: "detached" });
    await send.click();
    await page.getByText(words.slots(1, 2)).waitFor();
    expect(await page.getByText(words.thanks).count()).toBe(0);
    const files = (await received()).map(({ filename, state }) => `${filename} ${state}`);
    expect(files).toEqual(["photo.png ready"]);
  });

  it("the receipts of sent files stay on the page after the file request ends", async () => {
    const { ann, link } = await ask(web);
    const { page, watch } = await visitor(web);
    watch.expect(/^404 GET .*\/public\/links\//);
    await page.goto(link.url);
    await choose(page, chooseButton(page), [text("payslip.txt", "4711")]);
    await page.getByRole("button", { name: words.send(1) }).click();
    await page.getByText(words.receipt, { exact: true }).waitFor();
    await revokeLink(ann, link);
    await returnTo(page);
    for (const isReloaded of [false, true]) {
      if (isReloaded) await page.reload();
      await page.getByRole("heading", { name: texts.ended.received("Ann", 1) }).waitFor();
      await page.getByText(words.receipt, { exact: true }).click();
      await page.getByRole("button", { name: words.saveReceipt }).waitFor();
      expect(await page.getByRole("button", { name: words.takeBackFile("payslip.txt") }).count()).toBe(0);
    }
    // Another browser does not see the sent file.
    const { page: other, watch: ofOther } = await visitor(web);
    ofOther.expect(/^404 GET .*\/public\/links\//);
    await other.goto(link.url);
    await other.getByRole("heading", { name: texts.ended.title }).waitFor();
    expect(await other.getByRole("main").textContent()).not.toContain("payslip.txt");
  });

  it("a visitor can delete a sent file after a reload of the file request", async () => {
    const { link, received } = await ask(web, { maxFiles: 1, review: true });
    const { page } = await visitor(web);
    await page.goto(link.url);
    await choose(page, chooseButton(page), [text("wrong.txt", "wrong")]);
    await page.getByRole("button", { name: words.send(1) }).click();
    await page.getByText(words.thanksForAll).waitFor();
    await page.reload();
    await page.getByText(words.full).waitFor();
    await page.getByText(words.checks("Ann")).waitFor();
    await chooseButton(page).waitFor({ state: "hidden" });
    await page.getByRole("button", { name: words.takeBackFile("wrong.txt") }).click();
    await chooseButton(page).waitFor();
    expect(await received()).toEqual([]);
  });

  it("an upload to a file request resumes after a reload", async () => {
    const { link, received } = await ask(web, { maxFiles: 1 });
    const { page } = await visitor(web);
    const folder = await mkdtemp(join(tmpdir(), "valetkey-film-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const film = join(folder, "film.bin");
    await writeFile(film, randomFile("film.bin", { sizeBytes: 10 * MIB }).bytes);
    let isHeld = true;
    await page.route(`${web.service.bucketOrigin}/**`, async (route) => {
      if (!isHeld || route.request().method() !== "PUT") await route.continue();
    });
    await page.goto(link.url);
    await choose(page, chooseButton(page), film);
    const started = page.waitForRequest((request) => request.method() === "PUT");
    await page.getByRole("button", { name: words.send(1) }).click();
    await started;
    await page.reload();
    await page.getByText(words.resume).waitFor();
    await page.getByRole("heading", { name: words.title("Ann") }).waitFor();
    isHeld = false;
    await choose(page, page.getByRole("button", { name: words.chooseFileAgain("film.bin") }), film);
    await page.getByText(words.resume).waitFor({ state: "detached" });
    await page.getByRole("button", { name: words.send(1) }).click();
    await page.getByText(words.thanksForAll).waitFor();
    await page.getByRole("heading", { name: words.full }).waitFor();
    expect(await received()).toMatchObject([{ filename: "film.bin", sizeBytes: 10 * MIB, state: "ready" }]);
  });
});
