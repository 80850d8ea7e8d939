import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startApplication } from "../../../e2e/src/embedding/start-application.ts";
import { launchChromium } from "../../../e2e/src/testing/chromium.ts";
import { findingsInBothThemes } from "../../../e2e/src/web/testing/axe.ts";
import { buildPage } from "./testing/build-page.ts";
import { MAJORS, type Major } from "./testing/versions.ts";

const DOT = Buffer.from("R0lGODdhAQABAIAAAP///////ywAAAAAAQABAAACAkQBADs=", "base64");
const note = (name: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(name) });

/** Drops an empty file on the label. Playwright runs this function in the page. */
function drop(label: Element, { name, type }: { name: string; type: string }): void {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File(["x"], name, { type }));
  label.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}

let browser: Browser;
let pages: Record<Major, string>;
beforeAll(async () => {
  const [launched, ...built] = await Promise.all([
    launchChromium(),
    ...MAJORS.map((major) => buildPage(major, "files-page.tsx")),
  ]);
  browser = launched;
  pages = { 18: built[0] as string, 19: built[1] as string };
});
afterAll(() => browser?.close());

type PageOptions = { major?: Major; attributes?: object; before?: (page: Page) => unknown };

/** Opens a page with the component Files. The test adds the actions that `may` refuses to `refused`. */
async function openPage({ major = 19, attributes = {}, before }: PageOptions = {}) {
  const refused = new Set<string>();
  const application = await startApplication({ may: (_, action) => !refused.has(action), html: pages[major] });
  onTestFinished(() => application.close());
  const context = await browser.newContext({ viewport: { width: 390, height: 700 } });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(`${error}`));
  await before?.(page);
  await page.goto(`${new URL("/", application.url)}#${encodeURIComponent(JSON.stringify(attributes))}`);
  const button = (name: string) => page.getByRole("button", { name });
  const input = page.getByLabel("Add files or drop files here");
  return { page, refused, problems, button, input };
}

describe.each(MAJORS)("Files with React %i", (major) => {
  it("a user adds, downloads and removes files in the component Files", async () => {
    const { page, problems, button, input } = await openPage({ major });
    await page.getByText("No files yet.").waitFor();
    await input.setInputFiles([note("a.txt"), note("b.txt")]);
    await button("Remove a.txt").waitFor();
    await button("Remove b.txt").waitFor();
    expect(await page.getByRole("status").textContent()).toMatch(/^[ab]\.txt was added\.$/);
    await expect.poll(() => page.title()).toMatch(/^Added [ab]\.txt$/);

    const downloading = page.waitForEvent("download");
    await button("Download a.txt").click();
    expect((await downloading).suggestedFilename()).toBe("a.txt");

    await button("Remove a.txt").press("Enter");
    await page.getByRole("dialog", { name: "Remove a.txt?" }).waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => button("Remove a.txt").evaluate((own) => own === document.activeElement)).toBe(true);
    await button("Remove a.txt").press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).press("Enter");
    await page.getByText("a.txt was removed.").waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Files");
    expect(await page.title()).toBe("Removed a.txt");

    await page.reload();
    await button("Remove b.txt").waitFor();
    expect(await page.getByText("a.txt").count()).toBe(0);
    expect(problems).toEqual([]);
  });
});

describe("the component Files", () => {
  it("the component Files shows an error and a retry button for a failed upload", async () => {
    const { page, refused, button, input } = await openPage();
    refused.add("add");
    await input.setInputFiles([note("a.txt")]);
    await page.getByRole("alert").getByText("You do not have permission to add files here.").waitFor();
    expect(await findingsInBothThemes(page)).toEqual([]);
    refused.clear();
    await button("Try to upload a.txt again").click();
    await button("Remove a.txt").waitFor();
  });

  it("the component Files shows an error and keeps the file if a removal fails", async () => {
    const { page, refused, button, input } = await openPage();
    await input.setInputFiles([note("a.txt")]);
    refused.add("remove");
    await button("Remove a.txt").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Remove" }).click();
    await dialog.getByText("You do not have permission to remove this file.").waitFor();
    expect(await findingsInBothThemes(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Keep" }).click();
    await dialog.waitFor({ state: "hidden" });
    await button("Download a.txt").waitFor();
  });

  it("the component Files shows an error and a retry button if its list fails to load", async () => {
    const { page, refused, button } = await openPage({
      before: (page) => page.route("**/files/invoice/42*", (route) => route.abort()),
    });
    await page.getByText("The server cannot be reached.").waitFor();
    await page.unrouteAll();
    refused.add("read");
    await button("Try again").click();
    await page.getByText("You do not have access to these files.").waitFor();
    refused.clear();
    await button("Try again").click();
    await page.getByText("No files yet.").waitFor();
  });

  it("the component Files refuses a dropped program and shows an added picture", async () => {
    const { page, button, input } = await openPage({ attributes: { canRemove: false } });
    await page.locator("label").evaluate(drop, { name: "a.exe", type: "application/x-msdownload" });
    await page.getByRole("alert").getByText("These files cannot be added here: a.exe").waitFor();
    await page.locator("label").evaluate(drop, { name: "a.txt", type: "text/plain" });
    await button("Download a.txt").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await input.setInputFiles([{ name: "dot.gif", mimeType: "image/gif", buffer: DOT }]);
    const widths = () =>
      page.locator("li img").evaluateAll((all) => all.map((each) => (each as HTMLImageElement).naturalWidth));
    await expect.poll(widths).toEqual([1]);
    expect(await button("Remove").count()).toBe(0);
    expect(await findingsInBothThemes(page)).toEqual([]);
  });

  it("the component Files shows the next page of its list after a click", async () => {
    const { page, button, input } = await openPage({
      // With one file on each page, the test needs only two files.
      before: (page) =>
        page.route("**/files/invoice/42?*", (route) =>
          route.continue({ url: route.request().url().replace("limit=50", "limit=1") }),
        ),
    });
    await input.setInputFiles([note("a.txt"), note("b.txt")]);
    const shown = () => page.getByRole("button", { name: "Download" }).count();
    await expect.poll(shown).toBe(2);
    await page.reload();
    await button("Show more files").waitFor();
    expect(await shown()).toBe(1);
    await button("Show more files").click();
    await expect.poll(shown).toBe(2);
    expect(await button("Show more files").count()).toBe(0);
  });

  it("the component Files uses the texts and the permissions that the page passes", async () => {
    const { page } = await openPage({ attributes: { canAdd: false, texts: { empty: "Noch keine Dateien." } } });
    await page.getByText("Noch keine Dateien.").waitFor();
    expect(await page.locator("input").count()).toBe(0);
  });

  it("a user pauses and resumes an upload in the component Files with the keyboard", async () => {
    const { page, button, input } = await openPage();
    const network = await page.context().newCDPSession(page);
    const limitUploads = (uploadThroughput: number) =>
      network.send("Network.emulateNetworkConditions", {
        offline: false,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput,
      });
    await limitUploads(2 ** 19);
    const buffer = Buffer.alloc(8 * 2 ** 20, "the file");
    await input.setInputFiles([{ name: "large.txt", mimeType: "text/plain", buffer }]);
    await button("Pause the upload of large.txt").press("Enter");
    await page.getByRole("listitem").getByText("Paused").waitFor();
    expect(await page.getByRole("status").textContent()).toBe("Paused");
    expect(await findingsInBothThemes(page)).toEqual([]);
    await limitUploads(-1);
    const resume = button("Resume the upload of large.txt");
    expect(await resume.evaluate((own) => own === document.activeElement)).toBe(true);
    await resume.press("Enter");
    await button("Remove large.txt").waitFor();
    // The row of the upload, and the focused button in the row, no longer exist.
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Files");
  });

  it("the component Files shows the files that another user adds or removes", async () => {
    const { page, input, button } = await openPage({ attributes: { refreshSeconds: 1 } });
    const other = await page.context().newPage();
    await other.goto(page.url().replace(/#.*/, ""));
    await other.getByText("No files yet.").waitFor();
    await input.setInputFiles([note("a.txt")]);
    await button("Remove a.txt").waitFor();
    expect(await other.getByText("a.txt").count()).toBe(0);
    // A page of headless Chromium never loses the focus, so the test sends the event.
    await other.evaluate(() => window.dispatchEvent(new Event("focus")));
    const remove = other.getByRole("button", { name: "Remove a.txt" });
    await remove.click();
    await button("Remove a.txt").focus();
    await other.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("No files yet.").waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Files");
  });

  it("the component Files shows the buttons of a file only after its verification", async () => {
    const { page, input, button } = await openPage();
    await input.setInputFiles([note("a.txt")]);
    await button("Download a.txt").waitFor();
    await page.route("**/files/invoice/42?*", async (route) => {
      const { items, ...rest } = await (await route.fetch()).json();
      await route.fulfill({ json: { ...rest, items: [{ ...items[0], state: "scanning" }] } });
    });
    await page.reload();
    await page.getByRole("listitem").getByText("Checking the file…").waitFor();
    expect(await button("Download a.txt").count()).toBe(0);
    expect(await findingsInBothThemes(page)).toEqual([]);
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await button("Download a.txt").waitFor();
  });

  it("the component Files reports that the user lost access, but not a lost connection", async () => {
    const { page, input, button, refused } = await openPage();
    await input.setInputFiles([note("a.txt")]);
    await button("Remove a.txt").waitFor();
    /** The page refreshes the list when the connection returns. */
    const refresh = () => page.evaluate(() => window.dispatchEvent(new Event("online")));
    const alerts = async () => {
      await refresh();
      return page.getByRole("alert").allTextContents();
    };
    let aborted = 0;
    await page.route("**/files/invoice/42?*", (route) => {
      aborted += 1;
      return route.abort();
    });
    // The second request starts only after the first request has failed, so the page has handled the failure.
    await expect.poll(async () => [await refresh(), aborted][1]).toBeGreaterThan(1);
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.unrouteAll();
    refused.add("read");
    await expect.poll(alerts).toEqual(["You do not have access to these files."]);
    refused.clear();
    await expect.poll(alerts).toEqual([]);
    await button("Remove a.txt").waitFor();
  });

  it("the component Files uses the device's theme unless the page sets CSS variables", async () => {
    const { page } = await openPage();
    const background = () => page.locator(".vk-files").evaluate((files) => getComputedStyle(files).backgroundColor);
    await page.emulateMedia({ colorScheme: "light" });
    expect(await background()).toBe("rgb(255, 255, 255)");
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await background()).toBe("rgb(18, 18, 18)");
    await page.evaluate(() => document.body.style.setProperty("--vk-color-scheme", "light"));
    expect(await background()).toBe("rgb(255, 255, 255)");
    await page.evaluate(() => document.body.style.setProperty("--vk-surface", "#ffeedd"));
    expect(await background()).toBe("rgb(255, 238, 221)");
  });
});
