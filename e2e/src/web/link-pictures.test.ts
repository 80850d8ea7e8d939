import { beforeAll, describe, expect, it } from "vitest";
import { texts } from "../../../packages/web/src/landing/texts/en.ts";
import { text } from "./testing/files.ts";
import { makeLink, type OwnLink, readLink, revokeLink } from "./testing/links.ts";
import { collectScripts, layoutShift, watchShifts } from "./testing/measure.ts";
import { openPerson, type Person, PHONE } from "./testing/person.ts";
import { drawPhoto, type Photo, seedPhoto } from "./testing/photos.ts";
import { seedFile, seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const { shares, preview } = texts;

describe("the pictures on the page of a link", () => {
  const web = startWeb({ hasCache: false });
  let landscape: Photo;
  let portrait: Photo;
  beforeAll(async () => {
    const { page, close } = await openPerson(web.browser, { service: web.service, name: "Zoe", hasAccount: false });
    await page.goto("/sign-in");
    landscape = await drawPhoto(page, { width: 1800, height: 1200 });
    portrait = await drawPhoto(page, { width: 1200, height: 1600 });
    await close();
  });

  async function seedLink(ann: Person, body: object = {}): Promise<OwnLink> {
    const { id } = await seedNote(ann.client, { title: "Summer fair" });
    await seedPhoto(ann, { noteId: id, filename: "a.jpg", photo: landscape });
    await seedPhoto(ann, { noteId: id, filename: "b.jpg", photo: portrait });
    await seedPhoto(ann, { noteId: id, filename: "c.jpg", photo: landscape });
    await seedFile(ann.client, { noteId: id, file: text("list.txt", "names") });
    return makeLink(ann, id, body);
  }

  const openerOf = ({ page }: Person, filename: string) =>
    page.getByRole("button", { name: shares.preview(filename), exact: true });
  const loadedTiles = ({ page }: Person) =>
    page
      .locator(".tile img")
      .evaluateAll((all) => all.filter((one) => (one as { naturalWidth?: number }).naturalWidth).length);
  const callsOf = ({ watch }: Person, path: string) =>
    (watch.requests.get(web.service.url) ?? []).filter(({ url }) => url.includes("/public/") && url.endsWith(path))
      .length;

  it("the page of a link shows photos without using a download and without layout shifts", async () => {
    const ann = await web.person("Ann");
    const link = await seedLink(ann);
    const vera = await web.person("Vera", { hasAccount: false });
    await watchShifts(vera.page);
    const scripts = collectScripts(vera.page);
    await vera.page.goto(link.url);
    await expect.poll(() => loadedTiles(vera)).toBe(3);
    await vera.page.getByRole("button", { name: shares.preview("list.txt") }).waitFor();
    await vera.page.waitForLoadState("networkidle");
    expect(callsOf(vera, "/previews")).toBe(1);
    expect(await layoutShift(vera.page)).toBeLessThan(0.01);
    expect(await readLink(ann, link)).toMatchObject({ claims: 0 });
    await openerOf(vera, "a.jpg").click();
    await vera.page.getByRole("dialog").getByRole("img", { name: "a.jpg" }).waitFor();
    const bytes = (await scripts()).reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
    expect(bytes).toBeLessThan(60_000);
  });

  it("on a link with a download limit, all photos that a visitor opens count as one download", async () => {
    const bea = await web.person("Bea");
    const link = await seedLink(bea, { maxClaims: 2, showPreviews: true });
    const will = await web.person("Will", { hasAccount: false });
    const { page } = will;
    await page.goto(link.url);
    await page.getByText(shares.whatCounts).click();
    await page.getByText(shares.countsPictures).waitFor();
    await openerOf(will, "a.jpg").click();
    const dialog = page.getByRole("dialog");
    const widthOf = (filename: string) =>
      dialog
        .getByRole("img", { name: filename })
        .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
    await expect.poll(() => widthOf("a.jpg")).toBe(1600);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => widthOf("b.jpg")).toBe(1200);
    await dialog.getByText(preview.position(2, 4)).waitFor();
    await dialog.getByRole("button", { name: preview.previous }).click();
    await dialog.getByRole("button", { name: preview.ownSize }).click();
    await dialog.getByRole("button", { name: preview.fit }).waitFor();
    await expect.poll(() => widthOf("a.jpg")).toBe(1800);
    await page.keyboard.press("Escape");
    await page.getByText(shares.left(1)).waitFor();
    expect(await readLink(bea, link)).toMatchObject({ claims: 1 });
  });

  it("a swipe shows the next photo of a link, and the back button closes the viewer", async () => {
    const cleo = await web.person("Cleo");
    const link = await seedLink(cleo);
    const xena = await web.person("Xena", { ...PHONE, hasAccount: false });
    const { page } = xena;
    await page.goto(link.url);
    await openerOf(xena, "a.jpg").tap();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("img", { name: "a.jpg" }).waitFor();
    const session = await page.context().newCDPSession(page);
    const touch = (type: string, x?: number) =>
      session.send("Input.dispatchTouchEvent", {
        type: type as "touchStart",
        touchPoints: x === undefined ? [] : [{ x, y: 400 }],
      });
    await touch("touchStart", 300);
    await touch("touchMove", 200);
    await touch("touchMove", 100);
    await touch("touchEnd");
    await dialog.getByRole("img", { name: "b.jpg" }).waitFor();
    await page.goBack();
    await dialog.waitFor({ state: "detached" });
    await openerOf(xena, "a.jpg").waitFor();
  });

  it("a visitor sees the progress of a photo's download from the viewer", async () => {
    const dora = await web.person("Dora");
    const link = await seedLink(dora);
    const yves = await web.person("Yves", { hasAccount: false });
    const { page } = yves;
    await page.goto(link.url);
    await openerOf(yves, "b.jpg").click();
    const download = page.waitForEvent("download");
    await page.getByRole("dialog").getByRole("button", { name: shares.download }).click();
    expect((await download).suggestedFilename()).toBe("b.jpg");
    await page.locator(".ticket-bar").getByText(shares.done, { exact: true }).waitFor();
  });

  it("a visitor can retry if the original of a photo cannot be loaded", async () => {
    const link = await seedLink(await web.person("Flora"));
    const zack = await web.person("Zack", { hasAccount: false });
    const { page, watch } = zack;
    watch.expect(/ERR_FAILED|Failed to load/);
    await page.goto(link.url);
    await openerOf(zack, "a.jpg").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("img", { name: "a.jpg" }).waitFor();
    await page.waitForLoadState("networkidle");
    await page.route(`${web.service.bucketOrigin}/**`, (route) => route.abort());
    await dialog.getByRole("button", { name: preview.ownSize }).click();
    await dialog.getByText(preview.originalFailed).waitFor();
    expect(await dialog.getByRole("button", { name: preview.ownSize }).isVisible()).toBe(false);
    await page.unrouteAll();
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: preview.fit }).waitFor();
  });

  it("a link with a password shows photos only after the password, and by default none", async () => {
    const eva = await web.person("Eva");
    const shown = await seedLink(eva, { password: "open sesame", showPreviews: true });
    const hidden = await seedLink(eva, { password: "open sesame" });
    const zack = await web.person("Zack", { hasAccount: false });
    const { page } = zack;
    const unlock = async (link: OwnLink) => {
      await page.goto(link.url);
      const password = page.getByRole("textbox", { name: texts.locked.label });
      await password.waitFor();
      expect(callsOf(zack, "/previews")).toBe(0);
      await password.fill("open sesame");
      await page.getByRole("button", { name: texts.locked.open }).click();
      await page.getByRole("heading", { name: shares.title("Eva", 4) }).waitFor();
    };
    await unlock(hidden);
    expect(await page.locator("img[src*='http']:not(header img)").count()).toBe(0);
    await unlock(shown);
    await expect.poll(() => loadedTiles(zack)).toBe(3);
  });

  it("the page of a link says that the link has ended if it ends before the photos load", async () => {
    const fay = await web.person("Fay");
    const link = await seedLink(fay);
    const amy = await web.person("Amy", { hasAccount: false });
    amy.watch.expect(/^404 POST .*\/previews$/);
    await amy.page.route("**/previews", async (route) => {
      await revokeLink(fay, link);
      await route.continue();
    });
    await amy.page.goto(link.url);
    await amy.page.getByRole("heading", { name: texts.ended.title }).waitFor();
    expect(await amy.page.locator(".tile").count()).toBe(0);
  });

  it("an owner who opens their own link as a visitor does not count as a visitor", async () => {
    const gus = await web.person("Gus");
    const link = await seedLink(gus);
    await gus.page.goto("/links");
    await gus.page.getByRole("button", { name: "More" }).first().click();
    const opened = gus.page.context().waitForEvent("page");
    await gus.page.getByRole("menuitem", { name: "See it as a visitor" }).click();
    const page = await opened;
    const tiles = page.locator(".tile img[src]");
    await expect.poll(() => tiles.count()).toBe(3);
    expect(await readLink(gus, link)).toMatchObject({ claims: 0, opened: 0, urlsIssued: 0 });
    await page.close();
  });
});
