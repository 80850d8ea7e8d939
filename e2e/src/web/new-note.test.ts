import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import { linkTexts } from "../../../packages/web/src/texts/en/links.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { countClicks } from "./testing/clicks.ts";
import { CLIPBOARD, copiedBy } from "./testing/clipboard.ts";
import { dropFiles } from "./testing/drop-files.ts";
import { text } from "./testing/files.ts";
import { choose, untilAttached } from "./testing/note-files.ts";
import { isFocused, TEXT, TITLE } from "./testing/note-page.ts";
import { PASSWORD, type Person } from "./testing/person.ts";
import { startWeb } from "./testing/start-web.ts";

/** The URL of a note that the service has stored. */
const FINAL_URL = /\/n\/[0-9a-f]{8}-[0-9a-f-]{27}$/;
const MOST_CLICKS = 4;

const titleOf = (page: Page) => page.getByRole("textbox", TITLE);
const titlesOf = async ({ client }: Person) => (await client.notes.list()).items.map(({ title }) => title);

async function openNewNote({ page }: Person): Promise<void> {
  await page.goto("/");
  await page.getByRole("button", { name: texts.app.newNote }).first().click();
  await titleOf(page).waitFor();
}

describe("a new note", () => {
  const web = startWeb();

  it("the app does not store a new note that stays empty after several clicks and keys", async () => {
    const ann = await web.person("Ann Empty");
    const { page } = ann;
    await openNewNote(ann);
    await expect.poll(() => titleOf(page).evaluate(isFocused)).toBe(true);
    const address = page.url();
    await page.getByRole("button", { name: texts.app.newNote }).first().dblclick();
    expect(page.url()).toBe(address);
    await titleOf(page).pressSequentially("a");
    await titleOf(page).press("Backspace");
    await page.getByRole("link", { name: texts.app.notes, exact: true }).first().click();
    await page.getByText(texts.notes.empty.begin.title).waitFor();
    expect(await titlesOf(ann)).toEqual([]);
    expect(await page.evaluate("Object.keys(localStorage).filter((key) => key.includes('draft'))")).toEqual([]);
  });

  it("the first letters in a new note create one note while the person continues to type", async () => {
    const ben = await web.person("Ben Fast");
    const { page } = ben;
    await openNewNote(ben);
    const created = page.waitForURL(FINAL_URL);
    for (const word of ["Plan ", "for ", "Friday"]) {
      await page.keyboard.type(word, { delay: 60 });
      if (word === "for ") await created;
    }
    expect(await titleOf(page).inputValue()).toBe("Plan for Friday");
    expect(await titleOf(page).evaluate(isFocused)).toBe(true);
    await expect.poll(() => titlesOf(ben)).toEqual(["Plan for Friday"]);
    await page.getByRole("link", { name: /^Plan for Friday/ }).waitFor();
    await page.goBack();
    await page.getByText(texts.notes.empty.pick).waitFor();
    await page.goForward();
    await page.waitForURL(FINAL_URL);
    expect(await titlesOf(ben)).toHaveLength(1);
  });

  it("the text of a new note survives an outage and a closed tab", async () => {
    const cy = await web.person("Cy Offline");
    cy.watch.expect(/POST .*\/notes/);
    const { page } = cy;
    await page.route("**/notes", (route) =>
      route.request().method() === "POST" ? route.abort("connectionreset") : route.fallback(),
    );
    await openNewNote(cy);
    await titleOf(page).fill("Written offline");
    await page.getByText(texts.notes.saving.down).waitFor();
    await page.unroute("**/notes");
    await page.reload();
    await expect.poll(() => titleOf(page).inputValue()).toBe("Written offline");
    await page.waitForURL(FINAL_URL);
    await expect.poll(() => titlesOf(cy)).toEqual(["Written offline"]);
  });

  it("if the response to the creation of a note is lost, one note has the whole text", async () => {
    const dee = await web.person("Dee Lost");
    dee.watch.expect(/POST .*\/notes/);
    const { page } = dee;
    let lost = 0;
    await page.route("**/notes", async (route) => {
      if (route.request().method() !== "POST" || lost > 0) return route.fallback();
      lost += 1;
      await route.fetch();
      await route.abort("connectionreset");
    });
    await openNewNote(dee);
    await titleOf(page).fill("First");
    await expect.poll(() => lost).toBe(1);
    await titleOf(page).fill("First and more");
    await page.waitForURL(FINAL_URL);
    await expect.poll(() => titlesOf(dee)).toEqual(["First and more"]);
  });

  it("two tabs with the same new note create one note with the text of both", async () => {
    const eve = await web.person("Eve Two Tabs");
    eve.watch.expect(/^409 PATCH/);
    await openNewNote(eve);
    const other = await eve.context.newPage();
    await other.goto(eve.page.url());
    await titleOf(other).waitFor();
    await titleOf(eve.page).fill("One");
    await eve.page.waitForURL(FINAL_URL);
    await other.getByText(texts.notes.emptyBody).click();
    await other.getByRole("textbox", TEXT).fill("Two");
    await other.waitForURL(FINAL_URL);
    await expect
      .poll(async () => (await eve.client.notes.list()).items)
      .toMatchObject([{ title: "One", snippet: "Two" }]);
    await other.close();
  });

  it("the first file in a new note creates the note, and gives it a title", async () => {
    const fay = await web.person("Fay Files");
    const { page } = fay;
    await openNewNote(fay);
    await choose(fay, [text("Contract.v2.txt", "a"), text("b.txt", "b")]);
    await untilAttached(fay, "b.txt");
    expect(await titleOf(page).inputValue()).toBe("Contract.v2");
    await expect.poll(() => titlesOf(fay)).toEqual(["Contract.v2"]);
    expect(page.url()).toMatch(FINAL_URL);
    await openNewNote(fay);
    await titleOf(page).fill("Mine");
    await choose(fay, [text("c.txt", "c")]);
    await untilAttached(fay, "c.txt");
    await expect.poll(() => titlesOf(fay)).toEqual(["Mine", "Contract.v2"]);
  });

  it("the app attaches files in a new note once when the connection is back", async () => {
    const gil = await web.person("Gil Waits");
    gil.watch.expect(/POST .*\/notes/);
    await gil.page.route("**/notes", (route) =>
      route.request().method() === "POST" ? route.abort("connectionreset") : route.fallback(),
    );
    await openNewNote(gil);
    await choose(gil, [text("a.txt", "a")]);
    await gil.page.getByRole("listitem").filter({ hasText: "a.txt" }).waitFor();
    await gil.page.unroute("**/notes");
    await untilAttached(gil, "a.txt");
    expect((await gil.client.notes.list()).items).toMatchObject([{ title: "a", attachmentCount: 1 }]);
  });

  it("a new person signs up and makes a link for a stranger with at most 4 clicks", async () => {
    const hal = await web.person("Hal Quick", { ...CLIPBOARD, hasAccount: false });
    const { page } = hal;
    const clicks = await countClicks([hal.context]);
    await page.goto("/sign-up");
    await page.getByLabel(accountTexts.name).fill(hal.name);
    await page.getByLabel(accountTexts.email).fill(hal.email);
    await page.getByLabel(accountTexts.password, { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: accountTexts.signUp.action }).click();
    await page.getByText(texts.notes.empty.begin.title).waitFor();
    await dropFiles(page.locator("main"), { files: [text("Report.txt", "as agreed")] });
    await untilAttached(hal, "Report.txt");
    await page.getByRole("listitem").filter({ hasText: "Report.txt" }).hover();
    await page.getByRole("button", { name: texts.attachments.copyLink }).click();
    const create = page.getByRole("dialog").getByRole("button", { name: linkTexts.dialog.create });
    const link = await copiedBy(page, () => create.click());
    expect(link).toContain("/s/");
    expect(clicks()).toBeLessThanOrEqual(MOST_CLICKS);
    const stranger = await web.person("A Stranger", { hasAccount: false });
    await stranger.page.goto(link);
    await stranger.page.getByText("Report.txt").first().waitFor();
  });
});
