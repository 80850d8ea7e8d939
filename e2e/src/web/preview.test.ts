import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { findingsInBothThemes } from "./testing/axe.ts";
import { png, randomFile, type SampleFile, text } from "./testing/files.ts";
import { type Person, PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

declare const document: { title: string; activeElement: { textContent: string } };

describe("the preview of files", () => {
  const web = startWeb();
  const three = [png("photo.png"), text("words.txt", "Plain words."), randomFile("archive.bin", { sizeBytes: 9 })];

  it("a closed preview returns the focus to the row of its file", async () => {
    const ann = await web.person("Ann");
    const { dialog, page } = await openNote(ann, three);
    await row(page, "photo.png").focus();
    await page.keyboard.press("Enter");
    await picture(dialog, "photo.png");
    await dialog.getByText("File 1 of 3").first().waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowRight");
    await dialog.getByText("Plain words.").waitFor();
    await dialog.getByRole("button", { name: "Next file" }).click();
    await dialog.getByText("No preview for this kind of file").waitFor();
    expect(await dialog.getByRole("heading", { name: "archive.bin" }).isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => page.evaluate(() => document.activeElement.textContent), PATIENT).toContain("photo.png");
    expect(new URL(page.url()).search).toBe("");
  });

  it("the URL of the page names the file that the preview shows", async () => {
    const ben = await web.person("Ben");
    await ben.page.goto("/settings");
    const { dialog, page, note } = await openNote(ben, three);
    await row(page, "words.txt").click();
    await dialog.getByText("Plain words.").waitFor();
    expect(new URL(page.url()).searchParams.get("file")).toBe(note.attachments[1]?.id);
    await page.goBack();
    await dialog.waitFor({ state: "detached" });
    await page.goForward();
    await dialog.getByText("Plain words.").waitFor();
    await page.reload();
    await dialog.getByText("Plain words.").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "detached" });
    await row(page, "photo.png").click();
    await picture(dialog, "photo.png");
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => new URL(page.url()).search, PATIENT).toBe("");
  });

  it("a swipe on a phone moves the preview to another file", async () => {
    const cleo = await web.person("Cleo", PHONE);
    const { dialog, page } = await openNote(cleo, three);
    await row(page, "photo.png").click();
    await picture(dialog, "photo.png");
    await swipe(page, { from: 300, to: 80 });
    await dialog.getByText("Plain words.").waitFor();
    await swipe(page, { from: 80, to: 300 });
    await picture(dialog, "photo.png");
    expect(await dialog.boundingBox()).toMatchObject({ x: 0, y: 0, width: 390 });
  });

  it("the preview shows the right characters of text files in UTF-16 and UTF-8, and of an empty file", async () => {
    const files = [
      { name: "utf-16.txt", bytes: Buffer.from("\ufeffGrüße, 漢字", "utf16le"), shown: "Grüße, 漢字" },
      { name: "utf-8.txt", bytes: Buffer.from("Grüße, 漢字"), shown: "Grüße, 漢字" },
      { name: "empty.txt", bytes: Buffer.alloc(0), shown: "This file is empty." },
    ].map((file) => ({ ...file, type: "text/plain" }));
    const { page } = await openNote(await web.person("Dora"), files);
    for (const { name, shown } of files) {
      await row(page, name).click();
      const dialog = page.getByRole("dialog", { name });
      await dialog.getByText(shown).waitFor();
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "hidden" });
    }
  });

  it("the preview loads only the beginning of a long text", async () => {
    const emil = await web.person("Emil");
    const { dialog, page } = await openNote(emil, [text("long.log", `first ${"ä".repeat(300_000)} last`)]);
    await row(page, "long.log").click();
    await dialog.getByText("Only the first 256 KB are shown.").waitFor();
    const shown = (await dialog.getByRole("region", { name: "long.log" }).textContent()) ?? "";
    expect(shown).toMatch(/^first ä+$/);
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(256 * 1024);
  });

  it("requirements 12 and 25: the preview runs no script of an HTML page or a drawing", async () => {
    const finn = await web.person("Finn");
    const script = "document.title = 'taken'; fetch('/notes', { method: 'POST' })";
    const markdown = `# Title\n\n<img src=x onerror="${script}">\n\n[link](javascript:${encodeURIComponent(script)})`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60" onload="${script}"><script>${script}</script><rect width="90" height="60"/></svg>`;
    const { dialog, page } = await openNote(finn, [
      { name: "page.html", type: "text/html", bytes: Buffer.from(`<!doctype html><script>${script}</script>`) },
      { name: "logo.svg", type: "image/svg+xml", bytes: Buffer.from(svg) },
      { name: "read.md", type: "text/markdown", bytes: Buffer.from(markdown) },
      { name: "table.csv", type: "text/csv", bytes: Buffer.from(`a,b\n<b onclick="x">1</b>,"=1+1"`) },
    ]);
    await row(page, "page.html").click();
    await dialog.getByText("<!doctype html><script>").waitFor();
    await page.keyboard.press("ArrowRight");
    await picture(dialog, "logo.svg");
    await page.keyboard.press("ArrowRight");
    await dialog.getByRole("heading", { name: "Title" }).waitFor();
    await dialog.getByText("<img src=x").waitFor();
    expect(await dialog.getByRole("region").locator("img, a").count()).toBe(0);
    await dialog.getByRole("button", { name: "Show as plain text" }).click();
    await dialog.getByText("# Title").waitFor();
    await page.keyboard.press("ArrowRight");
    await dialog.getByRole("cell", { name: '<b onclick="x">1</b>' }).waitFor();
    expect(await dialog.locator("iframe, embed, object, svg script").count()).toBe(0);
    expect(await page.evaluate(() => document.title)).not.toContain("taken");
    expect(finn.watch.requests.get(web.service.url)?.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("an open preview shows that its file was deleted", async () => {
    const gus = await web.person("Gus");
    const { page, note, dialog } = await openNote(gus, three);
    await page.goto(`/n/${note.id}?file=0199aaaa-0000-7000-8000-000000000000`);
    await dialog.getByRole("heading", { name: "This file is gone." }).first().waitFor();
  });

  it("the dialog of a file without a preview has no serious axe findings", async () => {
    const { dialog, page } = await openNote(await web.person("Hana"), [randomFile("data.bin", { sizeBytes: 99 })]);
    await row(page, "data.bin").click();
    await dialog.getByText("No preview").first().waitFor();
    expect(await findingsInBothThemes(page)).toEqual([]);
  });
});

const PATIENT = { timeout: 20_000 };

/** Makes a note with these files, and opens the page of the note. */
async function openNote(person: Person, files: readonly SampleFile[]) {
  const note = await seedNote(person.client, { title: "Files", files });
  const { page } = person;
  await page.goto(`/n/${note.id}`);
  return { page, note, dialog: page.getByRole("dialog") };
}

function row(page: Page, name: string): Locator {
  return page.getByRole("button", { name: new RegExp(`^${name}`) });
}

/** Waits until the browser has loaded and decoded the picture. */
async function picture(dialog: Locator, name: string): Promise<void> {
  const image = dialog.getByRole("img", { name });
  await expect
    .poll(() => image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth), PATIENT)
    .toBeGreaterThan(0);
}

/** Simulates the swipe of a finger between two horizontal positions. */
async function swipe(page: Page, { from, to }: { from: number; to: number }): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const at = (x: number) => [{ x, y: 400 }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(from) });
  await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at((from + to) / 2) });
  await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(to) });
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await session.detach();
}
