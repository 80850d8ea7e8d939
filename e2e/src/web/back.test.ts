import { describe, expect, it } from "vitest";
import { linkTexts } from "../../../packages/web/src/texts/en/links.ts";
import { paletteTexts } from "../../../packages/web/src/texts/en/palette.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { type Person, PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

/** Returns the number of entries of open dialogs and forms in the history of the browser. */
const depthOf = ({ page }: Person) => page.evaluate("history.state.dialogs ?? 0");

describe("the back button of the browser", () => {
  const web = startWeb();

  /** Opens the list of notes, and then the note “Plan”. Returns the share dialog of this note, which is still closed. */
  async function openPlan({ page, client }: Person) {
    const { id } = await seedNote(client, { title: "Plan" });
    await page.goto("/");
    await page.getByRole("link", { name: "Plan" }).click();
    const share = page.getByRole("button", { name: texts.sharing.share, exact: true });
    await share.waitFor();
    return { id, share, dialog: page.getByRole("dialog", { name: texts.sharing.share }) };
  }

  it.each([
    ["a phone", PHONE],
    ["a desktop", {}],
  ])("the back button closes the form, then the dialog, then the note on %s", async (_, screen) => {
    const ann = await web.person("Ann Back", screen);
    const { page } = ann;
    const { id, share, dialog } = await openPlan(ann);
    await share.click();
    await dialog.getByRole("tab", { name: "Link" }).click();
    const request = dialog.getByRole("button", { name: linkTexts.requestFiles });
    await request.click();
    const subject = dialog.getByLabel(linkTexts.form.requestLabel);
    await subject.fill("Papers");
    await page.goBack();
    await subject.waitFor({ state: "detached" });
    await request.waitFor();
    await page.goBack();
    await dialog.waitFor({ state: "detached" });
    expect(new URL(page.url()).pathname).toBe(`/n/${id}`);
    await share.click();
    await dialog.getByRole("tab", { name: "Link" }).click();
    await request.click();
    expect(await subject.inputValue()).toBe("Papers");
    await expect.poll(() => depthOf(ann)).toBe(2);
    for (let times = 0; times < 3; times++) await page.goBack();
    await page.waitForURL((url) => url.pathname === "/");
  });

  it("a closed dialog leaves no entry in the history of the browser", async () => {
    const ann = await web.person("Ann Closes");
    const { share, dialog } = await openPlan(ann);
    const closings = [
      () => ann.page.keyboard.press("Escape"),
      () => dialog.getByRole("button", { name: texts.common.close }).click(),
      () => ann.page.mouse.click(5, 5),
    ];
    for (const close of closings) {
      await share.click();
      await expect.poll(() => depthOf(ann)).toBe(1);
      await close();
      await dialog.waitFor({ state: "detached" });
      await expect.poll(() => depthOf(ann)).toBe(0);
    }
    await ann.page.goBack();
    await ann.page.waitForURL((url) => url.pathname === "/");
  });

  it("the Escape key closes a form in a dialog before the dialog", async () => {
    const ann = await web.person("Ann Escapes");
    const { share, dialog } = await openPlan(ann);
    await share.click();
    await dialog.getByRole("tab", { name: "Link" }).click();
    const request = dialog.getByRole("button", { name: linkTexts.requestFiles });
    await request.click();
    await dialog.getByLabel(linkTexts.form.requestLabel).waitFor();
    await ann.page.keyboard.press("Escape");
    await request.waitFor();
    await ann.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => depthOf(ann)).toBe(0);
    await ann.page.goBack();
    await ann.page.waitForURL((url) => url.pathname === "/");
  });

  it("after a reload with an open form, one press of the back button leaves the note", async () => {
    const ann = await web.person("Ann Reloads");
    const { share, dialog } = await openPlan(ann);
    await share.click();
    await dialog.getByRole("tab", { name: "Link" }).click();
    await dialog.getByRole("button", { name: linkTexts.requestFiles }).click();
    await expect.poll(() => depthOf(ann)).toBe(2);
    await ann.page.reload();
    await share.waitFor();
    await expect.poll(() => depthOf(ann)).toBe(0);
    expect(await dialog.count()).toBe(0);
    await ann.page.goBack();
    await ann.page.waitForURL((url) => url.pathname === "/");
  });

  it("the back button returns from a note that the command field opened", async () => {
    const ann = await web.person("Ann Jumps");
    const other = await seedNote(ann.client, { title: "Budget" });
    const { id } = await openPlan(ann);
    const path = () => new URL(ann.page.url()).pathname;
    await ann.page.keyboard.press("Control+k");
    const palette = ann.page.getByRole("dialog", { name: paletteTexts.title });
    await expect.poll(() => depthOf(ann)).toBe(1);
    await palette.getByRole("combobox").fill("Budget");
    await palette.getByRole("option", { name: /^Budget/ }).click();
    await ann.page
      .getByRole("heading", { level: 1, name: "Budget" })
      .or(ann.page.getByRole("textbox", { name: texts.notes.title }))
      .first()
      .waitFor();
    await expect.poll(path).toBe(`/n/${other.id}`);
    await ann.page.goBack();
    await expect.poll(path).toBe(`/n/${id}`);
    await ann.page.goForward();
    await expect.poll(path).toBe(`/n/${other.id}`);
  });
});
