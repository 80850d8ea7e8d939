import { describe, expect, it } from "vitest";
import { linkTexts } from "../../../packages/web/src/texts/en/links.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { text } from "./testing/files.ts";
import { isFocused, TEXT, TITLE, waitUntilClosed } from "./testing/note-page.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

describe("keyboard shortcuts", () => {
  const web = startWeb();

  it("keyboard shortcuts open pages and do nothing while the user types", async () => {
    const { page, client } = await web.person("Ann Keys");
    const { id } = await seedNote(client, { title: "Plan", body: "one" });
    await page.goto("/");
    await page.getByRole("link", { name: /Plan/ }).waitFor();
    for (const [keys, path] of [
      ["gs", "/shared"],
      ["ga", "/activity"],
      ["g,", "/settings"],
      ["gn", "/"],
    ] as const) {
      await page.keyboard.type(keys);
      await page.waitForURL(`**${path}`);
    }
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await dialog.waitFor();
    await page.keyboard.press("n");
    await page.keyboard.press("Escape");
    await waitUntilClosed(dialog);
    await page.goto(`/n/${id}`);
    await page.getByRole("region", TEXT).getByText("one", { exact: true }).waitFor();
    await page.keyboard.press("e");
    // Waits until the field has the focus. Without the focus, a key would be a keyboard shortcut of the page.
    await page.getByRole("textbox", TEXT).and(page.locator(":focus")).waitFor();
    await page.keyboard.type(" n?gs");
    await page.keyboard.press("Escape");
    await expect.poll(async () => (await client.notes.get(id)).body).toBe("one n?gs");
    await page.keyboard.press("Control+n");
    expect((await client.notes.list()).items).toHaveLength(1);
  });

  it("the command field opens with Ctrl+K, and finds notes, pages and actions", async () => {
    const { page, client } = await web.person("Ann Commands");
    await seedNote(client, { title: "Plan", body: "one" });
    await seedNote(client, { title: "Other" });
    await page.goto("/settings");
    await page.getByRole("heading", { level: 1 }).waitFor();
    for (const [key, text, option] of [
      ["Control+k", "pla", "Plan"],
      ["Control+k", "activ", "Activity"],
      ["/", "use the dark", "Use the dark theme"],
      ["Control+k", "new n", "New note"],
    ] as const) {
      await page.keyboard.press(key);
      await page.getByRole("combobox", { name: "Search notes, pages and actions" }).fill(text);
      await expect.poll(() => page.getByRole("option").allInnerTexts()).toEqual([expect.stringMatching(`^${option}`)]);
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      if (option === "Plan") await page.getByRole("region", TEXT).getByText("one", { exact: true }).waitFor();
      if (option === "Activity") await page.getByRole("heading", { level: 1, name: "Activity" }).waitFor();
    }
    await page.waitForURL("**/n/*");
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    await expect.poll(() => page.getByRole("textbox", TITLE).evaluate(isFocused)).toBe(true);
  });

  it("the command field offers the permitted actions on the open note", async () => {
    const { page, client } = await web.person("Ann Offers");
    const files = [text("report.pdf.txt", "r"), text("b.txt", "b")];
    const { id, attachments } = await seedNote(client, { title: "Tax return", files });
    await page.goto(`/n/${id}`);
    await page.getByText("b.txt").first().waitFor();
    const find = async (words: string) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Search notes, pages and actions" }).fill(words);
    };
    for (const command of ["Edit the text", "Share the note", "Make a link", "Copy note address", "Delete note"]) {
      await find(command);
      await expect.poll(() => page.getByRole("option").allInnerTexts()).toEqual([expect.stringMatching(`^${command}`)]);
      await page.keyboard.press("Escape");
    }
    await find("report");
    await page.getByRole("option", { name: "report.pdf.txt in Tax return" }).click();
    await page.waitForURL(`**/n/${id}?file=${attachments[0]?.id}`);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await find("make a link");
    await expect.poll(() => page.getByRole("option").count()).toBe(1);
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: texts.sharing.share });
    await expect
      .poll(() => dialog.getByRole("button", { name: linkTexts.dialog.create }).evaluate(isFocused))
      .toBe(true);
  });

  it("a menu that opens keeps the focus on the item that the user has already chosen", async () => {
    const { page, client } = await web.person("Ann Menu");
    const { id } = await seedNote(client, { title: "Plan", files: [text("plan.txt", "one")] });
    await page.goto(`/n/${id}`);
    await page.getByRole("button", { name: texts.notes.more }).waitFor();
    // The browser sends the event `toggle` of a menu in a later task. On a slow machine, the user may press the next key before this task.
    const focused = await page.evaluate(`(async () => {
      const button = document.querySelector(${JSON.stringify(`button[aria-label="${texts.notes.more}"]`)});
      button.click();
      const menu = document.getElementById(button.getAttribute("popovertarget"));
      const toggled = new Promise((done) => menu.addEventListener("toggle", () => setTimeout(done), { once: true }));
      await undefined;
      const [, second] = menu.querySelectorAll("[role=menuitem]");
      second.focus();
      await toggled;
      return second === document.activeElement;
    })()`);
    expect(focused).toBe(true);
  });
});

declare const document: { documentElement: { dataset: Record<string, string> } };
