import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { texts } from "../../../packages/web/src/landing/texts/en.ts";
import { countClicks } from "./testing/clicks.ts";
import { pdf, png, randomFile, type SampleFile, text } from "./testing/files.ts";
import { makeLink, readLink, revokeLink } from "./testing/links.ts";
import { sha256 } from "./testing/note-files.ts";
import { PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb, type Web } from "./testing/start-web.ts";
import { readZip } from "./testing/zip.ts";

const { ended, locked, shares } = texts;
const MIB = 2 ** 20;

async function share(web: Web, files: readonly SampleFile[], body: object = {}) {
  const ann = await web.person("Ann");
  const note = await seedNote(ann.client, { title: "Handover", files });
  return { ann, note, link: await makeLink(ann, note.id, body) };
}

const visitor = (web: Web, options = {}) => web.person("Vera", { hasAccount: false, ...options });
const widthOf = (element: unknown) => (element as { naturalWidth: number }).naturalWidth;
const download = (page: Page, filename: string) => page.getByRole("button", { name: `Download: ${filename}` });

describe("a link, opened without an account", () => {
  const web = startWeb();

  it("a visitor downloads the file of a link with one click", async () => {
    const file = text("report.txt", "the report");
    const { ann, link } = await share(web, [file]);
    const { page, context } = await visitor(web, PHONE);
    const clicks = await countClicks([context]);
    await page.goto(link.url);
    await page.getByRole("heading", { name: shares.title("Ann", 1) }).waitFor();
    const saved = page.waitForEvent("download");
    await download(page, "report.txt").click();
    expect((await saved).suggestedFilename()).toBe("report.txt");
    expect(await readFile(await (await saved).path(), "utf8")).toBe("the report");
    await page.getByText(shares.done, { exact: true }).waitFor();
    expect(clicks()).toBe(1);
    expect(await readLink(ann, link)).toMatchObject({ opened: 1, claims: 1, urlsIssued: 1 });
  });

  it("requirement 20: the page of a link shows no content before the right password", async () => {
    const { link } = await share(web, [text("secret-plan.txt", "x")], { password: "open sesame", label: "Plans" });
    const { page, watch } = await visitor(web);
    watch.expect(/^403 POST .*\/unlock$/);
    const bodies: Promise<string>[] = [];
    page.on("response", (response) => bodies.push(response.text().catch(() => "")));
    await page.goto(link.url);
    await page.getByRole("textbox", { name: locked.label }).fill("open says me");
    await page.keyboard.press("Enter");
    await page.getByText(locked.wrong).waitFor();
    expect((await Promise.all(bodies)).join()).not.toMatch(/secret-plan|Ann|Plans/);
    await page.getByRole("textbox", { name: locked.label }).fill("open sesame");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: shares.title("Ann", 1) }).waitFor();
    await page.getByText("secret-plan.txt").first().waitFor();
  });

  it("the page of a link shows the number of remaining downloads", async () => {
    const { ann, link } = await share(web, [text("a.txt", "a"), text("b.txt", "b")], { maxClaims: 1 });
    const first = await visitor(web);
    await first.page.goto(link.url);
    await first.page.getByText(shares.left(1)).waitFor();
    for (const name of ["a.txt", "b.txt", "a.txt"]) {
      const saved = first.page.waitForEvent("download");
      await first.page.getByRole("button", { name: new RegExp(`^Download( again)?: ${name}`) }).click();
      await (await saved).path();
    }
    await first.page.getByText(/You can download for another \d/).waitFor();
    await first.page.getByText(/^Ends in/).waitFor({ state: "hidden" });
    expect(await readLink(ann, link)).toMatchObject({ claims: 1, state: "used_up" });
    const second = await visitor(web);
    second.watch.expect(/^404 GET .*\/public\/links\//);
    await second.page.goto(link.url);
    await second.page.getByRole("heading", { name: ended.title }).waitFor();
    expect(await second.page.getByRole("main").textContent()).not.toMatch(/Ann|a\.txt/);
  });

  it("requirement 20: a revoked link shows the same page as an unknown link", async () => {
    const { ann, link } = await share(web, [text("a.txt", "a")]);
    await revokeLink(ann, link);
    const { page, watch } = await visitor(web);
    watch.expect(/^404 GET .*\/public\/links\//);
    const seen: string[] = [];
    for (const path of [link.url, `/s/${"A".repeat(43)}`, "/s/x"]) {
      await page.goto(path);
      await page.getByRole("heading", { name: ended.title }).waitFor();
      seen.push(await page.getByRole("main").innerHTML());
    }
    expect(new Set(seen).size).toBe(1);
  });

  it("requirement 21: resuming a download on the page of a link counts as no new download", async () => {
    const file = randomFile("film.bin", { sizeBytes: 6 * MIB });
    const { ann, link } = await share(web, [file], { maxClaims: 1, urlTtlSeconds: 2 });
    const { page, context, watch } = await visitor(web);
    watch.expect(/^net::ERR_INTERNET_DISCONNECTED/);
    // A URL may expire before the bucket gets the request. The page then requests a new URL.
    watch.expect(/^403 GET /);
    await page.goto(link.url);
    const network = await context.newCDPSession(page);
    const emulate = (offline: boolean, downloadThroughput: number) =>
      network.send("Network.emulateNetworkConditions", {
        offline,
        latency: 0,
        downloadThroughput,
        uploadThroughput: -1,
      });
    await emulate(false, 2 * MIB);
    const saved = page.waitForEvent("download");
    await download(page, "film.bin").click();
    const bar = page.getByRole("progressbar");
    await expect.poll(async () => Number(await bar.getAttribute("aria-valuenow"))).toBeGreaterThan(20);
    await emulate(true, 0);
    await page.getByText(shares.waiting).waitFor();
    const reached = Number(await bar.getAttribute("aria-valuenow"));
    expect(reached).toBeLessThan(100);
    await emulate(false, -1);
    const bytes = await readFile(await (await saved).path());
    expect(sha256(bytes)).toBe(sha256(file.bytes));
    const { claims, urlsIssued } = await readLink(ann, link);
    expect(claims).toBe(1);
    expect(urlsIssued).toBeGreaterThanOrEqual(2);
  });

  it("all files of a link that a visitor downloads as a ZIP count as one download", async () => {
    const { ann, link } = await share(web, [text("a.txt", "first"), text("a.txt", "second"), png("c.png")], {
      label: "Handover",
      maxClaims: 2,
    });
    const { page } = await visitor(web);
    await page.addInitScript("delete globalThis.showSaveFilePicker");
    await page.goto(link.url);
    await page.getByText(shares.left(2)).waitFor();
    await page.getByText(shares.countsAll).waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: shares.all }).click();
    expect((await saved).suggestedFilename()).toBe("Handover.zip");
    const entries = await readZip(await (await saved).path());
    expect(entries.map(({ name }) => name).sort()).toEqual(["a (2).txt", "a.txt", "c.png"]);
    expect(await readLink(ann, link)).toMatchObject({ claims: 1, urlsIssued: 3 });
    await page.getByText(shares.left(1)).waitFor();
    await page.getByRole("button", { name: shares.preview("c.png") }).click();
    await expect.poll(() => page.getByRole("dialog").getByRole("img").evaluate(widthOf)).toBeGreaterThan(0);
    expect(await readLink(ann, link)).toMatchObject({ claims: 1 });
  });

  it("a click opens the preview of a picture or PDF of a link", async () => {
    const { ann, link } = await share(web, [png("photo.png"), pdf("plan.pdf", ["The plan"])]);
    const { page } = await visitor(web);
    await page.goto(link.url);
    await page.getByRole("button", { name: shares.preview("photo.png") }).click();
    const picture = page.getByRole("dialog").getByRole("img", { name: "photo.png" });
    await expect.poll(() => picture.evaluate(widthOf)).toBeGreaterThan(0);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: shares.preview("plan.pdf") }).click();
    await page.getByRole("dialog").getByText("The plan").waitFor();
    expect(await readLink(ann, link)).toMatchObject({ claims: 1 });
  });

  it("requirement 21: a program that loads the page of a link uses no download", async () => {
    const { ann, link } = await share(web, [png("photo.png"), text("a.txt", "a")], { maxClaims: 1 });
    const { page } = await visitor(web);
    await page.goto(link.url);
    await page.getByRole("button", { name: shares.all }).waitFor();
    await page.mouse.move(400, 300);
    await page.waitForLoadState("networkidle");
    for (const method of ["GET", "HEAD", "OPTIONS"]) {
      for (const path of [link.url, `${link.url}/download`]) await fetch(path, { method });
    }
    expect(await readLink(ann, link)).toMatchObject({ claims: 0, urlsIssued: 0 });
  });

  it("the page of a link works without JavaScript", async () => {
    const { ann, link } = await share(web, [text("report.txt", "the report")], { maxClaims: 1 });
    const { page, watch } = await visitor(web, { javaScriptEnabled: false });
    // The page preloads a script, which Chromium reports as a policy violation, because scripts may not run here.
    watch.expect(/^csp GET .*\.js$/);
    await page.goto(link.url);
    await page.getByRole("link", { name: "Open the plain page" }).click();
    await page.getByRole("button", { name: "Download" }).click();
    await page.getByText("This is the last download of the link.").waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    expect(await readFile(await (await saved).path(), "utf8")).toBe("the report");
    expect(await readLink(ann, link)).toMatchObject({ claims: 1 });
  });

  it("the page of a link sends its token and filenames only to the service", async () => {
    const { link } = await share(web, [png("secret-name.png")]);
    const { page, watch } = await visitor(web);
    const toBucket: { url: string; referrer: string | undefined }[] = [];
    page.on("request", (request) => {
      if (request.url().startsWith(web.service.bucketOrigin)) {
        toBucket.push({ url: request.url(), referrer: request.headers().referer });
      }
    });
    await page.goto(link.url);
    const saved = page.waitForEvent("download");
    await download(page, "secret-name.png").click();
    await (await saved).path();
    await page.getByRole("button", { name: shares.preview("secret-name.png") }).click();
    await page.getByRole("dialog").getByRole("img").waitFor();
    const token = link.url.split("/s/")[1] ?? "";
    expect(toBucket.length).toBeGreaterThanOrEqual(2);
    for (const { url, referrer } of toBucket) {
      expect(url).not.toContain(token);
      expect(referrer ?? "").toBe("");
    }
    expect([...watch.requests.keys()].sort()).toEqual([web.service.bucketOrigin, web.service.url].sort());
    expect(await page.title()).toBe("A file for you");
  });
});
