import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { texts as landing } from "../../../packages/web/src/landing/texts/index.ts";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import { settings } from "../../../packages/web/src/texts/en/settings.ts";
import { webhookTexts } from "../../../packages/web/src/texts/en/webhooks.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { text } from "./testing/files.ts";
import { makeLink } from "./testing/links.ts";
import { PASSWORD, type Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { openShareDialog } from "./testing/share-dialog.ts";
import { startWeb } from "./testing/start-web.ts";

/** Double-clicks a button. Returns the changes that the page sent. */
async function doubleClick(page: Page, button: Locator): Promise<string[]> {
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "GET") sent.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  const answered = page.waitForResponse((response) => response.request().method() !== "GET");
  await button.dblclick();
  await answered;
  // A second change would have been sent before this request.
  await page.evaluate("fetch('/healthz')");
  return sent;
}

type Form = { open: (ann: Person) => Promise<Locator>; sends: RegExp };

async function newNote({ client }: Person): Promise<string> {
  return (await seedNote(client, { title: "Plan", files: [text("plan.txt", "as agreed")] })).id;
}

const forms: Record<string, Form> = {
  "a new note": {
    async open({ page }) {
      await page.goto("/");
      return page.getByRole("button", { name: texts.app.newNote }).first();
    },
    sends: /^POST \/notes$/,
  },
  "a share": {
    async open(ann) {
      const dialog = await openShareDialog(ann.page, await newNote(ann));
      await dialog.getByLabel("People", { exact: true }).fill("ben@example.com");
      return dialog.getByRole("button", { name: "Share", exact: true });
    },
    sends: /^PUT \/notes\/.*\/shares$/,
  },
  "a link to a note": {
    async open(ann) {
      return (await openShareDialog(ann.page, await newNote(ann))).getByRole("button", { name: "New link" });
    },
    sends: /^POST \/notes\/.*\/links$/,
  },
  "a file request": {
    async open(ann) {
      const dialog = await openShareDialog(ann.page, await newNote(ann));
      await dialog.getByRole("button", { name: "Request files" }).click();
      return dialog.getByRole("button", { name: "Create request" });
    },
    sends: /^POST \/notes\/.*\/links$/,
  },
  "a link to a file": {
    async open(ann) {
      await ann.page.goto(`/n/${await newNote(ann)}`);
      await ann.page.getByRole("button", { name: "Copy link" }).click();
      return ann.page.getByRole("button", { name: "Create and copy link" });
    },
    sends: /^POST \/attachments\/.*\/links$/,
  },
  "an API token": {
    async open({ page }) {
      await page.goto("/settings");
      await page.getByLabel(settings.tokens.label).fill("Backup");
      return page.getByRole("button", { name: settings.tokens.create });
    },
    sends: /^POST \/tokens$/,
  },
  "the name of a person": {
    async open({ page }) {
      await page.goto("/settings");
      await page.getByLabel("Your name").fill("Ann Lee");
      return page.getByRole("button", { name: accountTexts.account.saveName });
    },
    sends: /^POST \/auth\/update-user$/,
  },
  "a webhook": {
    async open({ page }) {
      await page.goto("/settings/webhooks");
      await page.getByRole("textbox", { name: webhookTexts.url }).fill("https://hooks.example.com/");
      return page.getByRole("button", { name: webhookTexts.create });
    },
    sends: /^POST \/webhooks$/,
  },
  "the password of a link": {
    async open(ann) {
      const { url } = await makeLink(ann, await newNote(ann), { password: PASSWORD });
      await ann.page.goto(url);
      await ann.page.getByLabel(landing.locked.label, { exact: true }).fill(PASSWORD);
      return ann.page.getByRole("button", { name: landing.locked.open });
    },
    sends: /^POST \/public\/links\/.*\/unlock$/,
  },
};

describe("a double click", () => {
  const web = startWeb();

  it.each(Object.entries(forms))("sends %s once", async (_, { open, sends }) => {
    const ann = await web.person("Ann");
    const button = await open(ann);
    const sent = await doubleClick(ann.page, button);
    expect(sent.filter((call) => sends.test(call))).toHaveLength(1);
  });
});
