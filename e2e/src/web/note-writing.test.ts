import type { Locator } from "playwright-core";
import { describe, expect, it } from "vitest";
import { textToolsTexts } from "../../../packages/web/src/texts/en/text-tools.ts";
import { findingsInBothThemes } from "./testing/axe.ts";
import { isFocused, makeConflict, rendered, sourceOf, TEXT, TITLE } from "./testing/note-page.ts";
import { PHONE } from "./testing/person.ts";
import { DESKTOP } from "./testing/profile.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

declare const document: { body: { dispatchEvent(event: unknown): void } };
declare const getComputedStyle: (element: unknown) => { fontFamily: string };
declare const KeyboardEvent: new (type: string, init: { key: string; bubbles: boolean }) => unknown;

describe("the text field of a note", () => {
  const web = startWeb();

  it("a person can write and save a note with the keyboard alone", async () => {
    const { page, client } = await web.person("Ann Writes");
    await page.goto("/");
    await page.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
    await page.keyboard.press("n");
    await page.waitForURL("**/n/*");
    await expect.poll(() => page.getByRole("textbox", TITLE).evaluate(isFocused)).toBe(true);
    await page.keyboard.type("Contract");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Sign **both** pages.");
    await page.keyboard.press("Escape");
    await page.getByRole("status").getByText("Saved", { exact: true }).waitFor();
    await page.reload();
    await page.locator("strong", { hasText: "both" }).waitFor();
    expect(await page.getByRole("textbox", TITLE).inputValue()).toBe("Contract");
    const [listed] = (await client.notes.list()).items;
    expect(await client.notes.get(listed?.id ?? "")).toMatchObject({
      title: "Contract",
      body: "Sign **both** pages.",
    });
  });

  it("the app saves the text of a note when its tab is closed", async () => {
    const { page, client } = await web.person("Ann Closes");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await page.getByRole("region", { name: "Text" }).getByText("one", { exact: true }).waitFor();
    await page.keyboard.press("e");
    await page.getByRole("textbox", TEXT).waitFor();
    await page.keyboard.type(" two");
    await page.close({ runBeforeUnload: true });
    await expect.poll(async () => (await client.notes.get(id)).body).toBe("one two");
    expect(page.isClosed()).toBe(true);
  });

  it("buttons and keys format the selected text of a note, and an undo reverts it", async () => {
    const { page, client } = await web.person("Ann Formats");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    const field = page.getByRole("textbox", TEXT);
    const tools = page.getByRole("toolbar", { name: textToolsTexts.label });
    await page.keyboard.press("Control+a");
    await tools.getByRole("button", { name: textToolsTexts.bold }).click();
    expect(await sourceOf(page)).toBe("**one**");
    expect(await field.evaluate(isFocused)).toBe(true);
    await page.keyboard.press("Control+z");
    expect(await sourceOf(page)).toBe("one");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Control+k");
    expect(await sourceOf(page)).toBe("[one](https://)");
    // The text field stays open while the focus is in the row of buttons.
    await page.keyboard.press("Shift+Tab");
    await tools.locator(":focus").waitFor();
    await tools.getByRole("button", { name: textToolsTexts.task }).press("Enter");
    expect(await sourceOf(page)).toBe("- [ ] [one](https://)");
    await page.keyboard.press("Escape");
    await expect.poll(async () => (await client.notes.get(id)).body).toBe("- [ ] [one](https://)");
  });

  it("the text field of a note has a monospace font only for the lines of code", async () => {
    const { page, client } = await web.person("Ann Aligns");
    const table = "Meters:\n\n| meter | reading |\n| ----- | ------: |\n| water |   241.7 |";
    const code = "Run:\n\n```\nnpm start\n```";
    const codeLines = new Set(code.split("\n").slice(2));
    for (const body of ["a | b\n\n-- c", table, code]) {
      const { id } = await seedNote(client, { title: "Meters", body });
      await page.goto(`/n/${id}`);
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      const fonts = await page
        .getByRole("textbox", TEXT)
        .locator("p")
        .evaluateAll((lines) => lines.map((line) => getComputedStyle(line).fontFamily));
      const isMono = fonts.map((font) => /mono/i.test(font));
      expect(isMono).toEqual(body.split("\n").map((line) => codeLines.has(line)));
    }
  });

  it.each([DESKTOP, PHONE])("the columns of a table are straight while a person writes (%o)", async (screen) => {
    const { page, client } = await web.person("Ann Aligns", screen);
    const body = "| meter | reading |\n| - | -: |\n| cold water | 241.7 |\n|WWW|1|";
    const { id } = await seedNote(client, { title: "Meters", body });
    await page.goto(`/n/${id}`);
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const rows = page.getByRole("textbox", TEXT).locator(".line-head, .line-row");
    await rows.nth(2).locator(".bar").nth(2).waitFor({ state: "attached" });
    const placesOf = async (row: Locator) => {
      const bars = await row.locator(".bar").all();
      return Promise.all(bars.map(async (bar) => (await bar.boundingBox())?.x));
    };
    const [head, ...others] = await Promise.all((await rows.all()).map(placesOf));
    expect(head).toHaveLength(3);
    expect(others).toEqual([head, head]);
  });

  it("the text field of a note stays open when a touch is cancelled", async () => {
    const { page, client } = await web.person("Ann Touches");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("one").click();
    await page.getByRole("textbox", TEXT).fill("one two");
    await page.getByRole("heading", { name: "Files" }).click();
    await rendered(page).getByText("one two").click();
    await page.getByRole("textbox", TEXT).pressSequentially(" three");
    await page.evaluate("dispatchEvent(new PointerEvent('pointercancel', { bubbles: true }))");
    // Waits for two more tasks, because a page that closes the field does this in a later task.
    await page.evaluate("new Promise((later) => setTimeout(() => setTimeout(later)))");
    await page.getByRole("textbox", TEXT).pressSequentially(" four");
    await expect.poll(async () => (await client.notes.get(id)).body).toBe("one two three four");
  });

  it("the list shows a note without a title as Untitled", async () => {
    const { page, client } = await web.person("Ann Untitled");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto(`/n/${id}`);
    const title = page.getByRole("textbox", TITLE);
    await title.fill("");
    expect(await title.inputValue()).toBe("");
    await title.press("Escape");
    expect(await title.getAttribute("placeholder")).toBe("Untitled");
    await page.getByRole("link", { name: /^Untitled/ }).waitFor();
    await expect.poll(() => client.notes.get(id)).toMatchObject({ title: "", body: "one" });
  });

  it("the page of a note with a conflict has no serious axe findings in either theme", async () => {
    const { page, client, watch } = await web.person("Ann Looks");
    watch.expect(/^409 PATCH/);
    const { id } = await seedNote(client, { title: "Plan", body: "One" });
    await page.goto(`/n/${id}`);
    await rendered(page).getByText("One").waitFor();
    await page.keyboard.press("e");
    await page.getByRole("textbox", TEXT).waitFor();
    await makeConflict(page, client, id);
    expect(await findingsInBothThemes(page)).toEqual([]);
  });
});
