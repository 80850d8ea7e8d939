import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { texts } from "../../../packages/web/src/landing/texts/en.ts";
import { countClicks } from "./testing/clicks.ts";
import { png, text } from "./testing/files.ts";
import { inSeconds, LINK_PATH, makeLink, readLink, returnTo, revokeLink, standInForLink } from "./testing/links.ts";
import { layoutShift, watchShifts } from "./testing/measure.ts";
import { PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb, type Web } from "./testing/start-web.ts";

const { ended, locked, preview, shares } = texts;
const MANY = Array.from({ length: 37 }, (_, nth) => text(`Report ${nth}.txt`, `Report number ${nth}`));
const GONE = /^404 GET .*\/public\/links\//;

async function share(web: Web, files = [png("photo.png"), text("notes.md", "# Notes\n")], body: object = {}) {
  const ann = await web.person("Ann");
  const note = await seedNote(ann.client, { title: "Secret title", files });
  return { ann, note, link: await makeLink(ann, note.id, body) };
}

const visitor = (web: Web, options = {}) => web.person("Vera", { hasAccount: false, ...options });
const fileNamed = (filename: string) => ({ id: filename, filename, sizeBytes: 1, contentType: "text/plain" });
const allFiles = (page: Page) => page.getByRole("button", { name: shares.all });

describe("the page of a link to several files", () => {
  const web = startWeb();

  it.each([
    ["a phone", PHONE],
    ["a desktop", {}],
  ])("on %s, one click on the page of a link downloads all 37 files", async (_, screen) => {
    const { ann, link } = await share(web, MANY);
    const { page, context } = await visitor(web, screen);
    await page.addInitScript("delete globalThis.showSaveFilePicker");
    await watchShifts(page);
    const clicks = await countClicks([context]);
    await page.goto(link.url);
    await page.getByRole("heading", { name: shares.title("Ann", 37) }).waitFor();
    expect(await allFiles(page).textContent()).toMatch(/37 files · \d+ bytes/);
    const height = page.viewportSize()?.height ?? 0;
    const isOnScreen = async () => {
      const box = await allFiles(page).boundingBox();
      return box !== null && box.y >= 0 && box.y + box.height <= height;
    };
    expect(await isOnScreen()).toBe(true);
    await page.mouse.wheel(0, 600);
    expect(await isOnScreen()).toBe(true);
    const saved = page.waitForEvent("download");
    await allFiles(page).click();
    // The link has no label, and a visitor does not see the title of the note.
    expect((await saved).suggestedFilename()).toMatch(/^Files from Ann \d{4}-\d{2}-\d{2}\.zip$/);
    await page.getByText(texts.zip.finished).first().waitFor();
    expect(clicks()).toBe(1);
    expect(await readLink(ann, link)).toMatchObject({ claims: 1, urlsIssued: 37 });
    expect(await layoutShift(page)).toBeLessThan(0.01);
  });

  it("the list of files fades out above the bar of a link only while the bar covers the list", async () => {
    const { page } = await visitor(web, PHONE);
    await standInForLink(page, { link: { files: MANY.map(({ name }) => fileNamed(name)) } });
    await page.goto(LINK_PATH);
    const covering = page.locator(".ticket-bar.covers");
    await covering.waitFor();
    await page.keyboard.press("End");
    await covering.waitFor({ state: "detached" });
  });

  it("on a phone, each file on the page of a link is one button of at least 56 pixels", async () => {
    const { link } = await share(web, [
      png("photo.png"),
      { ...text("plan.zip", "PK"), type: "application/octet-stream" },
    ]);
    const { page } = await visitor(web, PHONE);
    await page.goto(link.url);
    for (const name of [shares.preview("photo.png"), shares.ofFile(shares.download, "plan.zip")]) {
      const box = await page.getByRole("button", { name }).boundingBox();
      expect(box?.height).toBeGreaterThanOrEqual(56);
      expect(box?.width).toBeGreaterThan(240);
    }
  });

  it.each([
    { claimsLeft: 0, endsIn: 9_000, shown: shares.window(900) },
    { claimsLeft: 0, endsIn: 500, shown: shares.window(500) },
    { claimsLeft: 1, endsIn: 9_000, shown: texts.time.left(9_000) },
  ])("the page of a link shows only one time limit ($claimsLeft downloads, $endsIn s left)", async (link) => {
    const { page } = await visitor(web);
    const claim = { id: "018f3c1e-7c1e-7000-8000-0000000000c1", windowEndsAt: inSeconds(900) };
    const opened = { claim, claimsLeft: link.claimsLeft, expiresAt: inSeconds(link.endsIn) };
    await standInForLink(page, { link: { ...opened, files: ["a.txt", "b.txt"].map(fileNamed) } });
    await page.goto(LINK_PATH);
    await page.getByText(link.shown).waitFor();
    const times = page.getByText(/^(Ends in|You can download for another) \d/);
    expect(await times.count()).toBe(1);
    expect(await page.getByText(shares.left(link.claimsLeft)).isVisible()).toBe(link.claimsLeft > 0);
  });

  it("the page of a link shows the source of a text file without running its code", async () => {
    const html = "<h1>Title</h1><script>globalThis.ran = true</script><img src=x onerror='globalThis.ran = true'>";
    const files = [
      { ...text("page.html", html), type: "text/html" },
      text("notes.md", "# Notes"),
      text("empty.csv", ""),
    ];
    const { ann, link } = await share(web, files);
    const { page } = await visitor(web);
    await page.goto(link.url);
    for (const [name, shown] of [
      ["page.html", html],
      ["notes.md", "# Notes"],
      ["empty.csv", preview.empty],
    ] as const) {
      await page.getByRole("button", { name: shares.preview(name) }).click();
      const region = page.getByRole("dialog").getByRole("region", { name });
      await region.waitFor();
      expect(await region.textContent()).toBe(shown);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    expect(await page.evaluate("globalThis.ran")).toBeUndefined();
    expect(await readLink(ann, link)).toMatchObject({ claims: 1 });
  });

  it("the page of a link says that it shows only the start of a long text", async () => {
    const { link } = await share(web, [text("a.txt", "a"), text("long.txt", "ü".repeat(200_000))]);
    const { page } = await visitor(web);
    await page.goto(link.url);
    await page.getByRole("button", { name: shares.preview("long.txt") }).click();
    await page.getByText(preview.cut).waitFor();
    const shown = await page.getByRole("region", { name: "long.txt" }).textContent();
    expect(shown).toBe("ü".repeat((256 * 1024) / 2));
  });

  it("the back button closes a preview, and stays on the page of the link", async () => {
    const { link } = await share(web);
    const { page } = await visitor(web, PHONE);
    await page.goto("/sign-in");
    await page.goto(link.url);
    const open = page.getByRole("button", { name: shares.preview("photo.png") });
    const dialog = page.getByRole("dialog");
    const close = [() => page.goBack(), () => page.keyboard.press("Escape"), () => page.getByLabel("Close").click()];
    for (const act of close) {
      await open.click();
      await dialog.getByRole("img").waitFor();
      await act();
      await dialog.waitFor({ state: "detached" });
      await expect.poll(() => page.evaluate("history.state?.isViewer ?? false")).toBe(false);
      expect(page.url()).toContain("/s/");
    }
    await open.click();
    await dialog.getByRole("img").waitFor();
    await page.reload();
    await open.waitFor();
    await expect.poll(() => page.evaluate("history.state?.isViewer ?? false")).toBe(false);
    await page.goBack();
    await page.waitForURL(/\/sign-in/);
  });
});

describe("the page of a link that ends while it is open", () => {
  const web = startWeb();

  it("the page of a link closes the preview when the link has ended", async () => {
    const { ann, link } = await share(web);
    const { page, watch } = await visitor(web);
    watch.expect(GONE);
    await page.goto(link.url);
    await page.getByRole("button", { name: shares.preview("photo.png") }).click();
    await page.getByRole("dialog").getByRole("img").waitFor();
    await revokeLink(ann, link);
    await returnTo(page);
    await page.getByRole("heading", { name: ended.title }).waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.getByRole("main").textContent()).not.toContain("photo.png");
  });

  it("the open password page of a link shows that the link has ended", async () => {
    const { ann, link } = await share(web, undefined, { password: "open sesame" });
    const { page, watch } = await visitor(web);
    watch.expect(GONE);
    await page.clock.install();
    await page.goto(link.url);
    await page.getByRole("textbox", { name: locked.label }).fill("open");
    await page.clock.fastForward("01:01");
    expect(await page.getByRole("textbox", { name: locked.label }).inputValue()).toBe("open");
    await revokeLink(ann, link);
    await page.clock.fastForward("01:01");
    await page.getByRole("heading", { name: ended.title }).waitFor();
    expect(await page.getByRole("textbox").count()).toBe(0);
  });

  it("the open page of a link asks for a password that the owner has just set", async () => {
    const { ann, link } = await share(web);
    const { page } = await visitor(web);
    await page.goto(link.url);
    await page.getByRole("heading", { name: shares.title("Ann", 2) }).waitFor();
    await ann.client.links.update(link.id, { password: "open sesame" });
    await returnTo(page);
    await page.getByRole("heading", { name: locked.title }).waitFor();
  });
});
