import type { Locator } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { Note } from "../../../packages/client/src/index.ts";
import { fileToolsTexts } from "../../../packages/web/src/texts/en/file-tools.ts";
import { previewTexts } from "../../../packages/web/src/texts/en/preview.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { png, text } from "./testing/files.ts";
import { layoutShift, watchShifts } from "./testing/measure.ts";
import { filesOf, keptIn, open } from "./testing/note-files.ts";
import { openPerson, type Person, PHONE } from "./testing/person.ts";
import { drawPhoto, type Photo, seedPhoto } from "./testing/photos.ts";
import { standInForPictures } from "./testing/pictures.ts";
import { DESKTOP } from "./testing/profile.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const words = texts.attachments;

describe("the pictures of a note", () => {
  const web = startWeb();
  let landscape: Photo;
  let portrait: Photo;
  let wide: Photo;
  beforeAll(async () => {
    const { page, close } = await openPerson(web.browser, { service: web.service, name: "Zoe", hasAccount: false });
    await page.goto("/sign-in");
    [landscape, portrait, wide] = [
      await drawPhoto(page, { width: 1800, height: 1200 }),
      await drawPhoto(page, { width: 1200, height: 1600 }),
      await drawPhoto(page, { width: 2400, height: 600 }),
    ];
    await close();
  });

  async function seedPhotos(person: Person): Promise<Note> {
    const { id } = await seedNote(person.client, { title: "Summer fair" });
    await seedPhoto(person, { noteId: id, filename: "a.jpg", photo: landscape });
    await seedPhoto(person, { noteId: id, filename: "b.jpg", photo: portrait });
    await seedPhoto(person, { noteId: id, filename: "c.jpg", photo: wide });
    return person.client.notes.get(id);
  }

  async function openPhotos(person: Person, { files = [] as ReturnType<typeof text>[] } = {}): Promise<Note> {
    const note = await seedPhotos(person);
    for (const file of files) {
      await person.client.upload(note.id, new File([new Uint8Array(file.bytes)], file.name, { type: file.type })).done;
    }
    await person.page.goto(`/n/${note.id}`);
    await tileOf(person, "a.jpg").locator("img").waitFor();
    return note;
  }

  const tileOf = (person: Person, filename: string) => filesOf(person).locator(".tile").filter({ hasText: filename });
  const openerOf = (person: Person, filename: string) =>
    tileOf(person, filename).getByRole("button", { name: filename });
  const boxOf = async (element: Locator) => {
    const box = await element.boundingBox();
    if (box === null) throw new Error("The element has no box.");
    return box;
  };
  /** Counts the responses of the bucket from now on, without the responses from the cache of the browser. */
  async function countBucketReads({ context, page }: Person): Promise<() => number> {
    const session = await context.newCDPSession(page);
    const cached = new Set<string>();
    const received = new Set<string>();
    session.on("Network.requestServedFromCache", ({ requestId }) => cached.add(requestId));
    session.on("Network.responseReceived", ({ requestId, response: { url, fromDiskCache } }) => {
      if (url.startsWith(web.service.bucketOrigin) && fromDiskCache !== true) received.add(requestId);
    });
    await session.send("Network.enable");
    return () => [...received].filter((id) => !cached.has(id)).length;
  }

  it("a note of photos shows small previews in the photos' aspect ratios without a layout shift", async () => {
    const ann = await web.person("Ann");
    await watchShifts(ann.page);
    const bucketReads = await countBucketReads(ann);
    await openPhotos(ann, { files: [text("list.txt", "names")] });
    const ratios = { "a.jpg": 1.5, "b.jpg": 0.75, "c.jpg": 2 };
    for (const [filename, ratio] of Object.entries(ratios)) {
      const { width, height } = await boxOf(tileOf(ann, filename));
      expect(width / height).toBeCloseTo(ratio, 1);
      await tileOf(ann, filename).locator("img").waitFor();
    }
    await ann.page.waitForLoadState("networkidle");
    expect(await layoutShift(ann.page)).toBeLessThan(0.01);
    expect(await tileOf(ann, "list.txt").locator("img").count()).toBe(0);
    await expect.poll(() => keptIn(ann, "thumbnails")).toBe(3);
    expect(bucketReads()).toBe(3);
    await ann.page.reload();
    await tileOf(ann, "c.jpg").locator("img").waitFor();
    expect(bucketReads()).toBe(3);
  });

  it.each([PHONE, DESKTOP])("the rows of a grid of photos differ little in height (%o)", async (screen) => {
    const lea = await web.person("Lea", screen);
    await standInForPictures(lea.page, { count: 60 });
    const { id } = await seedNote(lea.client, { title: "Summer fair" });
    await lea.page.goto(`/n/${id}`);
    const tiles = filesOf(lea).locator(".tile");
    await tiles.nth(59).waitFor();
    const heights = await tiles.evaluateAll<number[], { clientHeight: number }>((all) =>
      all.map(({ clientHeight }) => clientHeight),
    );
    expect(Math.max(...heights) / Math.min(...heights)).toBeLessThan(1.4);
  });

  it.each([PHONE, DESKTOP])("the browser lays out only the pictures near the screen of 1,000 (%o)", async (screen) => {
    const hal = await web.person("Hal", screen);
    await standInForPictures(hal.page, { count: 1_000 });
    const { id } = await seedNote(hal.client, { title: "Wedding" });
    await hal.page.goto(`/n/${id}`);
    const tiles = filesOf(hal).locator(".tile");
    await expect.poll(() => tiles.count()).toBe(1_000);
    const readSizes = () =>
      hal.page.evaluate<{ laidOut: number; height: number }>(`(() => ({
        laidOut: [...document.querySelectorAll(".tile")]
          .filter((tile) => tile.checkVisibility({ contentVisibilityAuto: true })).length,
        height: document.querySelector("#note").scrollHeight,
      }))()`);
    const { laidOut, height } = await readSizes();
    expect(laidOut).toBeLessThan(120);
    // The height of the tiles that the browser skips is exact, so nothing jumps during a scroll.
    for (const part of [0.3, 0.6, 1]) {
      await hal.page.evaluate(`document.querySelector("#note").scrollTop = ${part * height}`);
      await expect.poll(async () => (await readSizes()).laidOut).toBeLessThan(120);
      expect(Math.abs((await readSizes()).height - height)).toBeLessThan(10);
    }
    await tiles.last().getByRole("button").first().waitFor();
    expect(await tiles.last().getAttribute("aria-posinset")).toBe("1000");
  });

  it("a note with few pictures shows a list", async () => {
    const dora = await web.person("Dora");
    await open(dora, [png("a.png"), png("b.png"), text("c.txt", "c")]);
    await filesOf(dora).getByRole("button", { name: "a.png" }).waitFor();
    expect(await filesOf(dora).locator(".tile").count()).toBe(0);
  });

  it("the arrow keys move between photos in the grid", async () => {
    const eva = await web.person("Eva");
    const { page } = eva;
    await openPhotos(eva);
    const focused = () =>
      page.evaluate(
        "document.activeElement?.querySelector('.sr-only')?.textContent ?? document.activeElement?.getAttribute('aria-label')",
      );
    await openerOf(eva, "a.jpg").focus();
    // The code for the arrow keys loads when a photo first gets the focus.
    await filesOf(eva).locator(".tile button[tabindex='-1']").first().waitFor();
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toBe("b.jpg");
    await page.setViewportSize({ width: 320, height: 640 });
    const topOf = async (filename: string) => (await boxOf(tileOf(eva, filename))).y;
    await expect.poll(async () => (await topOf("c.jpg")) > (await topOf("b.jpg"))).toBe(true);
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toBe("c.jpg");
    await page.keyboard.press("Home");
    expect(await focused()).toBe("a.jpg");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe(texts.common.more);
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: words.copyLink }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await filesOf(eva).locator(".tile :focus").count()).toBe(0);
  });

  it("a person renames photos, sees them in the remembered list or grid, and deletes several", async () => {
    const fay = await web.person("Fay");
    await openPhotos(fay);
    await openerOf(fay, "a.jpg").focus();
    await fay.page.keyboard.press("F2");
    await fay.page.getByRole("dialog").getByRole("textbox").fill("party.jpg");
    await fay.page.keyboard.press("Enter");
    await openerOf(fay, "party.jpg").waitFor();
    await expect.poll(() => openerOf(fay, "party.jpg").evaluate((opener) => opener.matches(":focus"))).toBe(true);
    await fay.page.getByRole("button", { name: words.asList }).click();
    await expect.poll(() => filesOf(fay).locator(".tile").count()).toBe(0);
    await fay.page.reload();
    await filesOf(fay).getByRole("button", { name: "party.jpg" }).waitFor();
    expect(await filesOf(fay).locator(".tile").count()).toBe(0);
    await fay.page.getByRole("button", { name: words.asGrid }).click();
    await expect.poll(() => filesOf(fay).locator(".tile").count()).toBe(3);
    await fay.page.getByRole("button", { name: words.select, exact: true }).click();
    await fay.page.getByRole("checkbox", { name: words.choose("party.jpg") }).focus();
    await fay.page.keyboard.press("Space");
    await tileOf(fay, "c.jpg")
      .locator("label")
      .click({ modifiers: ["Shift"] });
    await fay.page.getByText(/^3 files selected/).waitFor();
    await fay.page.getByRole("button", { name: fileToolsTexts.remove }).last().click();
    await expect.poll(() => filesOf(fay).locator(".tile").count()).toBe(0);
  });

  it("a click with Shift selects all photos between two blocks of the grid", async () => {
    const max = await web.person("Max");
    await standInForPictures(max.page, { count: 30 });
    const { id } = await seedNote(max.client, { title: "Summer fair" });
    await max.page.goto(`/n/${id}`);
    await filesOf(max).getByRole("button", { name: words.select, exact: true }).click();
    const tiles = filesOf(max).locator(".tile");
    const blockOf = (nth: number) => tiles.nth(nth).locator("xpath=..");
    expect(await blockOf(3).evaluate((block, other) => block !== other, await blockOf(27).elementHandle())).toBe(true);
    await tiles.nth(27).locator("label").click();
    await tiles
      .nth(3)
      .locator("label")
      .click({ modifiers: ["Shift"] });
    await max.page.getByText(/^25 files selected/).waitFor();
    const chosen = await tiles
      .getByRole("checkbox")
      .evaluateAll<number[], { checked: boolean }>((boxes) =>
        boxes.flatMap(({ checked }, nth) => (checked ? [nth] : [])),
      );
    expect(chosen).toEqual(Array.from({ length: 25 }, (_, nth) => nth + 3));
  });

  it("the viewer loads the original of a photo only on zoom, and keeps its preview after a failure", async () => {
    const gus = await web.person("Gus");
    const { page, watch } = gus;
    const bucketReads = await countBucketReads(gus);
    const [first] = (await openPhotos(gus)).attachments;
    await openerOf(gus, "a.jpg").click();
    const dialog = page.getByRole("dialog");
    const picture = dialog.getByRole("img", { name: "a.jpg" });
    const widthOf = () => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
    await expect.poll(widthOf).toBe(1600);
    // The viewer has also loaded the large previews of the next two photos.
    await expect.poll(bucketReads).toBe(3 + 3);
    watch.expect(/503 GET|GET .*\/url/);
    const answer = { status: 503, json: { code: "database_unavailable", message: "", status: 503 } };
    await page.route(`**/attachments/${first?.id}/url?disposition=inline`, (route) => route.fulfill(answer));
    await dialog.getByRole("button", { name: previewTexts.ownSize }).click();
    await dialog.getByText(previewTexts.originalFailed).waitFor();
    expect(await widthOf()).toBe(1600);
    await page.unrouteAll();
    await dialog.getByRole("button", { name: texts.common.tryAgain }).click();
    await expect.poll(widthOf).toBe(1800);
    expect((await boxOf(picture)).width).toBe(1800);
    await page.keyboard.press("ArrowRight");
    await dialog.getByRole("img", { name: "b.jpg" }).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });

  it("the activity shows that a person viewed a photo only after the viewer showed it", async () => {
    const ivy = await web.person("Ivy");
    const jon = await web.person("Jon");
    const note = await seedPhotos(ivy);
    await ivy.client.shares.put({ noteId: note.id }, { role: "viewer", userIds: [jon.id] });
    const bucketReads = await countBucketReads(jon);
    await jon.page.goto(`/n/${note.id}`);
    await openerOf(jon, "a.jpg").click();
    await jon.page.getByRole("dialog").getByRole("img", { name: "a.jpg" }).waitFor();
    await expect.poll(bucketReads).toBe(6);
    const viewed = async () => {
      const { items } = await ivy.client.activity.list({ noteId: note.id, routine: "omit" });
      return items.filter(({ action }) => action === "url.issued").flatMap(({ attachmentIds }) => attachmentIds);
    };
    const [first, second] = note.attachments;
    expect(await viewed()).toEqual([first?.id]);
    await jon.page.keyboard.press("ArrowRight");
    await expect.poll(viewed).toEqual([second?.id, first?.id]);
  });
});
