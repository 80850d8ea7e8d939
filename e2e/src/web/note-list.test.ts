import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { trashTexts } from "../../../packages/web/src/texts/en/trash.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { text } from "./testing/files.ts";
import { TITLE } from "./testing/note-page.ts";
import { PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

describe("the list of notes", () => {
  const web = startWeb();

  it("the list of notes keeps its order and its pinned notes after a reload", async () => {
    const { page, client } = await web.person("Ann Sorts");
    for (const title of ["Alpha", "Gamma", "Beta"]) await seedNote(client, { title });
    const { items } = await client.notes.list();
    await client.notes.update(items.find(({ title }) => title === "Alpha")?.id ?? "", { body: "changed" });
    const rows = page.getByRole("region", { name: "Notes" }).locator("a.note");
    const titles = async () => (await rows.allTextContents()).map((row) => /^(Alpha|Beta|Gamma)/.exec(row)?.[0]);
    await page.goto("/");
    await expect.poll(titles).toEqual(["Beta", "Gamma", "Alpha"]);
    const sortBy = async (name: string) => {
      await page.getByRole("button", { name: texts.notes.order.label }).click();
      await page.getByRole("menuitemradio", { name }).click();
    };
    await sortBy(texts.notes.order.changed);
    await expect.poll(titles).toEqual(["Alpha", "Beta", "Gamma"]);
    await rows.filter({ hasText: "Gamma" }).click();
    await page.getByRole("button", { name: texts.notes.more }).click();
    await page.getByRole("menuitem", { name: texts.notes.pin }).click();
    await expect.poll(titles).toEqual(["Gamma", "Alpha", "Beta"]);
    await page
      .getByRole("list", { name: texts.notes.pinned })
      .getByRole("link", { name: /^Gamma/ })
      .waitFor();
    await sortBy(texts.notes.order.title);
    await expect.poll(titles).toEqual(["Gamma", "Alpha", "Beta"]);
    await page.reload();
    await expect.poll(titles).toEqual(["Gamma", "Alpha", "Beta"]);
    await page.getByRole("button", { name: texts.notes.more }).click();
    await page.getByRole("menuitem", { name: texts.notes.unpin }).click();
    await expect.poll(titles).toEqual(["Alpha", "Beta", "Gamma"]);
    await page.getByRole("button", { name: texts.notes.order.label }).click();
    await page.getByRole("menuitemradio", { name: texts.notes.order.title, checked: true }).waitFor();
  });

  it("on a phone, the row of a note without text is as high as a row with text", async () => {
    const { page, client } = await web.person("Ann Taps", PHONE);
    await seedNote(client, { title: "With text", body: "A line of text." });
    await seedNote(client, { title: "Without text" });
    await page.goto("/");
    const heightOf = async (name: RegExp) => (await page.getByRole("link", { name }).boundingBox())?.height;
    const height = await heightOf(/^Without text/);
    expect(height).toBeGreaterThanOrEqual(56);
    expect(height).toBe(await heightOf(/^With text/));
  });

  it("the app starts with the last opened note, but on a phone with the list of notes", async () => {
    const { page, client, watch } = await web.person("Ann Returns");
    const { id } = await seedNote(client, { title: "Plan" });
    await seedNote(client, { title: "Other" });
    await page.goto(`/n/${id}`);
    await page.getByRole("textbox", TITLE).waitFor();
    await page.goto("/");
    await page.waitForURL(`**/n/${id}`);
    await page.getByRole("link", { name: texts.app.notes, exact: true }).first().click();
    await page.getByText(texts.notes.empty.pick).waitFor();
    await client.notes.remove(id);
    watch.expect(/^404 GET /);
    await page.goto("/");
    await page.getByText(texts.notes.empty.pick).waitFor();
    const phone = await web.person("Ann on a phone", PHONE);
    const own = await seedNote(phone.client, { title: "Mine" });
    await phone.page.goto(`/n/${own.id}`);
    await phone.page.getByRole("textbox", TITLE).waitFor();
    await phone.page.goto("/");
    await phone.page.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
  });

  it("the page of deleted notes shows the whole title of a note", async () => {
    const { page, client } = await web.person("Ann Deletes");
    for (const title of ["1 · Plan", "", "2. a.b"]) await client.notes.remove((await seedNote(client, { title })).id);
    await page.goto("/deleted");
    for (const title of ["1 · Plan", "Untitled", "2. a.b"]) {
      await page.getByText(title, { exact: true }).waitFor();
      await page.getByRole("button", { name: trashTexts.restoreOf(title) }).waitFor();
    }
  });

  it("an undo restores a deleted note with its files", async () => {
    const { page, client } = await web.person("Ann Regrets");
    const { id } = await seedNote(client, { title: "Plan", body: "one", files: [text("a.txt", "a")] });
    await page.goto(`/n/${id}`);
    await deleteByMenu(page);
    await page.waitForURL("**/");
    await expect.poll(() => page.getByRole("link", { name: /Plan/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("link", { name: /Plan just now 1 file/ }).click();
    await page.getByText("a.txt").first().waitFor();
    expect((await client.notes.get(id)).attachments).toHaveLength(1);
  });

  it("a deleted note that a person restores keeps its share", async () => {
    const { page, client } = await web.person("Ann Restores");
    const ben = await web.person("Ben Reads");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await client.shares.put({ noteId: id }, { userIds: [ben.id], role: "viewer" });
    await page.goto(`/n/${id}`);
    await deleteByMenu(page);
    await page.getByRole("button", { name: "Undo" }).waitFor();
    await page.getByRole("link", { name: texts.app.deleted, exact: true }).click();
    await page.getByRole("button", { name: trashTexts.restoreOf("Plan") }).click();
    await page.getByText(trashTexts.empty.title).waitFor();
    await page.goto("/");
    await page.getByRole("link", { name: /Plan/ }).waitFor();
    expect((await ben.client.notes.get(id)).body).toBe("one");
  });

  it("a search in the list of shared notes finds a file that is not loaded yet", async () => {
    const { client } = await web.person("Ann Shares");
    const cy = await web.person("Cy Searches");
    const { attachments } = await seedNote(client, {
      title: "Plan",
      files: [text("old.txt", "a"), text("new.txt", "b")],
    });
    for (const { id } of attachments) await client.shares.put({ attachmentId: id }, { userIds: [cy.id] });
    // The list shows the newest file first, so the older file is on the second page.
    await cy.page.route(/\/attachments\?/, (route) => route.continue({ url: `${route.request().url()}&limit=1` }));
    await cy.page.goto("/shared?q=old");
    await cy.page.getByRole("button", { name: /old\.txt/ }).waitFor();
    await cy.page.getByRole("searchbox").fill("nothing has this name");
    await cy.page.getByText(texts.notes.search.found(0)).first().waitFor();
  });

  it("an empty list of notes still says that it is empty after a failed refresh", async () => {
    const { page, client, watch } = await web.person("Ann Waits");
    await page.goto("/");
    const hint = page.getByText(texts.notes.empty.begin.title);
    await hint.waitFor();
    watch.expect(/^500 GET .*\/notes/);
    await page.route(/\/notes\?/, (route) => route.fulfill({ status: 500, body: "{}" }));
    let failures = 0;
    page.on("requestfinished", (request) => {
      if (/\/notes\?/.test(request.url())) failures += 1;
    });
    await seedNote(client, { title: "Plan" });
    // The page tries to load the list three times, and shows the last failure within two frames.
    await expect.poll(() => failures).toBe(3);
    await page.evaluate("new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)))");
    expect(await hint.isVisible()).toBe(true);
    await page.unroute(/\/notes\?/);
    await page.reload();
    await page.getByRole("link", { name: /Plan/ }).waitFor();
  });

  it("the list of notes searches while the user types", async () => {
    const { page, client } = await web.person("Ann Searches");
    await seedNote(client, { title: "Contract", files: [text("signed.txt", "s")] });
    await seedNote(client, { title: "Holiday", body: "Lisbon" });
    await page.goto("/");
    await page.getByRole("link", { name: /Holiday/ }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("signed");
    await page.waitForURL("**/?q=signed");
    await expect.poll(() => page.getByRole("link", { name: /Holiday/ }).count()).toBe(0);
    await page.getByRole("link", { name: "signed.txt" }).locator("mark", { hasText: "signed" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/n/*?q=signed");
    await page.goBack();
    await page.getByRole("link", { name: "signed.txt" }).click();
    await page.getByRole("dialog", { name: "signed.txt" }).waitFor();
    await page.goto("/?q=nowhere");
    await page.getByText("Nothing found for “nowhere”").waitFor();
    await page.getByRole("searchbox").press("Escape");
    await page.waitForURL(/\/$/);
    await page.getByRole("link", { name: /Holiday/ }).waitFor();
  });

  it("the list of shared notes shows the notes and files that other people share", async () => {
    const ann = await web.person("Ann Gives");
    const ben = await web.person("Ben Takes");
    await seedNote(ann.client, {
      title: "Shared plan",
      files: [text("a.txt", "a"), text("b.txt", "b")],
      sharedWith: { userIds: [ben.id] },
    });
    const { attachments } = await seedNote(ann.client, { title: "Private", files: [text("alone.txt", "alone")] });
    const [file] = attachments;
    await ann.client.shares.put({ attachmentId: file?.id ?? "" }, { userIds: [ben.id], role: "viewer" });
    await ben.page.goto("/shared");
    await ben.page
      .getByRole("link", { name: /Shared plan just now New · from Ann Gives · 2 files You can view/i })
      .waitFor();
    await ben.page.getByRole("button", { name: /alone.txt New · 5 bytes · Ann Gives/ }).click();
    await ben.page.getByRole("dialog", { name: "alone.txt" }).getByText("alone", { exact: true }).waitFor();
    await ben.page.goBack();
    expect(await ben.page.getByText("Private").count()).toBe(0);
  });

  it("the list of notes loads more rows on scroll", async () => {
    const { page, client } = await web.person("Ann Scrolls");
    for (let nth = 1; nth <= 60; nth++) await client.notes.create({ title: `Note ${nth}` });
    await page.goto("/");
    const rows = page.getByRole("link", { name: /^Note \d+/ });
    await rows.first().waitFor();
    await rows.last().scrollIntoViewIfNeeded();
    await expect.poll(() => rows.count()).toBe(60);
    await page.locator("body").click({ position: { x: 900, y: 600 } });
    for (const key of ["j", "j", "j", "k", "Enter"]) await page.keyboard.press(key);
    await page.waitForURL("**/n/*");
    await expect.poll(() => page.getByRole("textbox", TITLE).inputValue()).toBe("Note 59");
  });

  it("a person can reload the list of notes after an error", async () => {
    const { page, watch } = await web.person("Ann Fails");
    watch.expect(/^500 GET .*\/notes\?/);
    await page.route(/\/notes\?/, (route) => route.fulfill({ status: 500, json: { code: "internal" } }));
    await page.goto("/");
    await page.getByText("The notes could not be loaded").waitFor();
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("A note holds your files").waitFor();
  });
});

async function deleteByMenu(page: Page): Promise<void> {
  await page.getByRole("button", { name: "More about this note" }).click();
  await page.getByRole("menuitem", { name: "Delete note" }).click();
}
