import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { texts as landing } from "../../../packages/web/src/landing/texts/de.ts";
import { accountTexts } from "../../../packages/web/src/texts/de/accounts.ts";
import { attachments } from "../../../packages/web/src/texts/de/attachments.ts";
import { notes } from "../../../packages/web/src/texts/de/notes.ts";
import { settings } from "../../../packages/web/src/texts/de/settings.ts";
import { settings as englishSettings } from "../../../packages/web/src/texts/en/settings.ts";
import { texts as english } from "../../../packages/web/src/texts/index.ts";
import { text } from "./testing/files.ts";
import { makeLink } from "./testing/links.ts";
import { loadCold } from "./testing/measure.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const GERMAN = { locale: "de-AT" };

describe("the languages of the app", () => {
  const web = startWeb();

  it("the app has the language of the browser until a person chooses another", async () => {
    const { page, client } = await web.person("Ann", GERMAN);
    await seedNote(client, { title: "Plan", files: [text("plan.txt", "x".repeat(1_234_567))] });
    await page.goto("/");
    await page.getByRole("heading", { name: notes.list.owned, level: 1 }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("de");
    await page.getByRole("link", { name: "Plan" }).click();
    // Numbers have the format of the region, with a comma instead of a point.
    await page.getByRole("main").getByText("1,2 MB").first().waitFor();
    await page.goto("/settings/appearance");
    await page.getByRole("heading", { name: settings.parts.appearance.title, level: 1 }).waitFor();
    const reloaded = page.waitForEvent("load");
    await page.getByRole("radio", { name: "English" }).check();
    await reloaded;
    await page.getByRole("heading", { name: englishSettings.parts.appearance.title, level: 1 }).waitFor();
    await page.goto("/");
    await page.getByRole("heading", { name: english.notes.list.owned }).waitFor();
  });

  it("a person can choose the language on the sign-in page and on the page of a link", async () => {
    const ann = await web.person("Ann Link");
    const note = await seedNote(ann.client, { title: "Plan", files: [text("plan.txt", "plan")] });
    const { url } = await makeLink(ann, note.id, {});
    const { page } = await web.person("Vera", { hasAccount: false });
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "Deutsch" }).click();
    await page.getByRole("heading", { name: accountTexts.signIn.title }).waitFor();
    await page.goto(url);
    await page.getByRole("heading", { name: landing.shares.title("Ann Link", 1) }).waitFor();
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Ann Link shares 1 file with you" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
  });

  it("a message about a file that the scan rejects is in the language of the page", async () => {
    const { page, client } = await web.person("Ann Rejected", GERMAN);
    const { id } = await seedNote(client, { title: "Plan" });
    await page.goto(`/n/${id}`);
    // The page learns of the rejection later from a response with status 200, as after a long scan.
    await page.route(/\/complete$/, async (route) => {
      await route.fetch();
      await route.fulfill({ json: { state: "pending" } });
    });
    const chooser = page.waitForEvent("filechooser");
    await page.getByText(attachments.empty.choose).click();
    const buffer = Buffer.from("<!doctype html><title>x</title>");
    await (await chooser).setFiles({ name: "photo.png", mimeType: "image/png", buffer });
    const why = "Nicht angenommen: Das ist eine Webseite, kein Bild.";
    await page
      .getByRole("status")
      .filter({ hasText: attachments.events.failed("photo.png", why) })
      .waitFor();
  });

  it("a page loads only the texts of its language", async () => {
    const ann = await web.person("Ann Cold");
    const { id } = await seedNote(ann.client, { title: "Plan", body: "**text**", files: [text("plan.txt", "plan")] });
    const { service, browser } = web;
    const ready = (page: Page) => page.getByRole("main").getByText("plan.txt").first().waitFor();
    const load = (locale: string) => loadCold(browser, { locale, service, as: ann, path: `/n/${id}`, ready });
    const [inEnglish, inGerman] = [await load("en-GB"), await load("de-DE")];
    // German texts are longer, so the limit permits some more bytes. If the page loaded both languages, it would have 10 kB more.
    expect(inGerman.gzipBytes - inEnglish.gzipBytes).toBeLessThan(2_000);
  });
});
