import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { LARGE_BYTES, writeRandomFile } from "../../../e2e/src/client/testing/files.ts";
import { startApplication } from "../../../e2e/src/embedding/start-application.ts";
import { launchChromium } from "../../../e2e/src/testing/chromium.ts";
import { buildPage } from "./testing/build-page.ts";
import { MAJORS } from "./testing/versions.ts";

const IMAGE = Buffer.from("R0lGODdhAQABAIAAAP///////ywAAAAAAQABAAACAkQBADs=", "base64");

/** Drops a file on the label. Playwright runs this function in the page. */
function drop(label: Element, bytes: number[]): void {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], "dot.gif", { type: "image/gif" }));
  label.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}

describe.each(MAJORS)("React %i in Chromium", (major) => {
  let browser: Browser;
  let html: string;
  beforeAll(async () => {
    [browser, html] = await Promise.all([launchChromium(), buildPage(major)]);
  });
  afterAll(() => browser?.close());

  async function openPage({ urlTtlSeconds = 60 } = {}): Promise<Page> {
    const application = await startApplication({ may: () => true, urlTtlSeconds, html });
    onTestFinished(() => application.close());
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    // Playwright must listen for file choosers before a key press opens a file chooser.
    page.on("filechooser", () => undefined);
    await page.goto(new URL("/", application.url).href);
    expect(await page.locator("h1").textContent()).toMatch(new RegExp(`^${major}\\.`));
    return page;
  }
  const row = (page: Page, text: string) => page.getByText(text, { exact: true });

  it("a user uploads, pauses, resumes and downloads a large file in the browser", async () => {
    const page = await openPage();
    const folder = await mkdtemp(join(tmpdir(), "valetkey-large-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { path, sha256 } = await writeRandomFile(folder, { sizeBytes: LARGE_BYTES });
    // The test slows the connection down until the pause. A Playwright route would be slower, because a route copies each part into the
    // test process.
    const network = await page.context().newCDPSession(page);
    const limitUploads = (uploadThroughput: number) =>
      network.send("Network.emulateNetworkConditions", {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput,
      });
    await limitUploads(8 * 2 ** 20);
    await page.getByLabel("Add files").focus();
    const chosen = page.waitForEvent("filechooser");
    await page.keyboard.press("Enter");
    await (await chosen).setFiles(path);
    const sent = page.locator("progress");
    await expect.poll(() => sent.evaluate(({ position }: HTMLProgressElement) => position)).toBeGreaterThan(0);
    await page.getByText("Pause").click();
    await row(page, "random.bin: paused").waitFor();
    await limitUploads(-1);
    await page.getByText("Resume").click();
    await row(page, "random.bin: ready").waitFor();
    const downloading = page.waitForEvent("download");
    await page.getByText("Save").click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe("random.bin");
    expect(
      createHash("sha256")
        .update(await readFile(await download.path()))
        .digest("hex"),
    ).toBe(sha256);
  });

  it("useFileUrl requests a new URL for an uploaded image whose URL has expired", async () => {
    const page = await openPage({ urlTtlSeconds: 1 });
    await page.locator("label").evaluate(drop, [...IMAGE]);
    await row(page, "dot.gif: ready").waitFor();
    const expiring = (await page.locator("a[href]").getAttribute("href")) ?? "";
    await expect.poll(async () => (await fetch(expiring)).status).toBe(403);
    await page.getByText("Show").click();
    const image = page.getByAltText("The file");
    await expect.poll(() => image.evaluate(({ naturalWidth }: HTMLImageElement) => naturalWidth)).toBe(1);
    expect(await image.getAttribute("src")).not.toBe(expiring);
  });
});
