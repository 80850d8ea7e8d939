import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { texts as landing } from "../../../packages/web/src/landing/texts/en.ts";
import { linkTexts } from "../../../packages/web/src/texts/en/links.ts";
import { randomFile } from "./testing/files.ts";
import { sha256 } from "./testing/note-files.ts";
import { chooseForLink, openLinks } from "./testing/note-page.ts";
import { type Person, PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const MIB = 2 ** 20;
const LINK_PASSWORD = "open sesame";
/** The lifetime of a URL in seconds. On a busy machine, the clicks from the claim (the download) to the countdown can take this long. */
const URL_TTL_SECONDS = 20;
const links = linkTexts;
const { ended, locked, shares } = landing;
const film = randomFile("film.bin", { sizeBytes: 6 * MIB });

describe("a link and three visitors on phones", () => {
  const web = startWeb();
  const visitor = (name: string) => web.person(name, { ...PHONE, hasAccount: false });

  it("requirement 21: a link with two downloads ends after two visitors", async () => {
    const ann = await web.person("Ann", PHONE);
    const note = await seedNote(ann.client, { title: "Handover", files: [film] });
    const url = await makeLink(ann, note.id);

    const vera = await visitor("Vera");
    await unlock(vera.page, url);
    const bytes = await downloadWithABreak(vera);
    expect(sha256(bytes)).toBe(sha256(film.bytes));

    const will = await visitor("Will");
    await unlock(will.page, url);
    await will.page.getByText(shares.left(1)).waitFor();
    expect(sha256(await download(will.page))).toBe(sha256(film.bytes));

    const zoe = await visitor("Zoe");
    zoe.watch.expect(/^404 GET .*\/public\/links\//);
    await zoe.page.goto(url);
    await zoe.page.getByRole("heading", { name: ended.title }).waitFor();
    await zoe.page.getByText(ended.hint).waitFor();
    expect(await zoe.page.getByRole("main").textContent()).not.toMatch(/Ann|film|error/i);

    const dialog = await openLinks(ann.page, note.id);
    await dialog.getByText(links.counts.opened(2)).waitFor();
    await dialog.getByText(links.counts.claimsOf(2, 2)).waitFor();
    await dialog.getByText(links.endedBecause.used_up.download).waitFor();
    await ann.page.keyboard.press("Escape");
    await ann.page.getByRole("button", { name: "Activity" }).click();
    const told = ann.page.getByRole("region", { name: /^(Today|Yesterday)$/ }).getByRole("listitem");
    const claimed = told.filter({ hasText: "A visitor downloaded film.bin from the link “Flat”" });
    await claimed.first().waitFor();
    expect(await claimed.count()).toBe(2);
    for (const time of await claimed.locator("time").all()) expect(await time.textContent()).toMatch(/\d\d:\d\d/);
    await told.filter({ hasText: "A visitor opened the link “Flat”" }).first().waitFor();
  });

  it("the owner of a revoked link sees how long its last URL still works", async () => {
    const ann = await web.person("Ann", PHONE);
    const note = await seedNote(ann.client, { title: "Handover", files: [film] });
    const link = await ann.client.links.create(note.id, { label: "Offer", urlTtlSeconds: URL_TTL_SECONDS });
    const dialog = await openLinks(ann.page, note.id);
    await chooseForLink(ann.page, { label: "Offer", action: links.revoke.action });

    const vera = await visitor("Vera");
    await vera.page.goto(link.url);
    const toBucket = vera.page.waitForRequest((request) => request.url().startsWith(web.service.bucketOrigin));
    await download(vera.page);
    const lastUrl = (await toBucket).url();

    await dialog.getByRole("button", { name: links.revoke.action, exact: true }).click();
    const timer = dialog.getByRole("timer");
    await timer.filter({ hasText: /^A download that was just opened works for \d+\ss more\.$/ }).waitFor();
    expect((await fetch(lastUrl)).status).toBe(200);
    vera.watch.expect(/^404 /);
    await vera.page.reload();
    await vera.page.getByRole("heading", { name: ended.title }).waitFor();
    await dialog.getByText(links.revoke.noUrl).waitFor();
    expect((await fetch(lastUrl)).status).toBe(403);
  });
});

/** Makes the link “Flat” with a password and two claims (downloads) in the share dialog. Returns the URL of the link. */
async function makeLink({ page }: Person, noteId: string): Promise<string> {
  const dialog = await openLinks(page, noteId);
  await dialog.getByRole("button", { name: links.dialog.create }).click();
  const url = await dialog.getByLabel(links.field).inputValue();
  await chooseForLink(page, { label: links.opens.whole, action: links.edit });
  const form = dialog.getByRole("form", { name: links.form.editTitle(links.opens.whole) });
  await form.getByLabel(links.form.label, { exact: true }).fill("Flat");
  await form.getByLabel(links.form.asksPassword).check();
  await form.getByLabel(links.form.password, { exact: true }).fill(LINK_PASSWORD);
  await form.locator("summary").click();
  await form.getByLabel(links.form.maxClaims).fill("2");
  await form.getByRole("button", { name: links.form.save }).click();
  await dialog.getByRole("button", { name: links.moreOf("Flat") }).waitFor();
  return url;
}

async function unlock(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole("textbox", { name: locked.label }).fill(LINK_PASSWORD);
  await page.getByRole("button", { name: locked.open, exact: true }).click();
  await page.getByRole("heading", { name: shares.title("Ann", 1) }).waitFor();
}

async function download(page: Page): Promise<Buffer> {
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: shares.ofFile(shares.download, film.name) }).click();
  return readFile(await (await saved).path());
}

/** Downloads the film. In the middle of the download, the browser is offline for a while. */
async function downloadWithABreak({ page, context, watch }: Person): Promise<Buffer> {
  watch.expect(/^net::ERR_INTERNET_DISCONNECTED/);
  const network = await context.newCDPSession(page);
  const emulate = (offline: boolean, downloadThroughput: number) =>
    network.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput, uploadThroughput: -1 });
  await emulate(false, 2 * MIB);
  const saved = download(page);
  const bar = page.getByRole("progressbar");
  const percent = async () => Number(await bar.getAttribute("aria-valuenow"));
  await expect.poll(percent, { interval: 50 }).toBeGreaterThan(45);
  await emulate(true, 0);
  await page.getByText(shares.waiting).waitFor();
  expect(await percent()).toBeLessThan(100);
  await emulate(false, -1);
  return saved;
}
