import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startSmtpServer } from "../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { texts as landing } from "../../../packages/web/src/landing/texts/en.ts";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import { renameTexts } from "../../../packages/web/src/texts/en/file-tools.ts";
import { invitationTexts } from "../../../packages/web/src/texts/en/invitations.ts";
import { recovery } from "../../../packages/web/src/texts/en/recovery.ts";
import { secondFactorTexts, settings } from "../../../packages/web/src/texts/en/settings.ts";
import { webhookTexts } from "../../../packages/web/src/texts/en/webhooks.ts";
import { text } from "./testing/files.ts";
import { makeLink } from "./testing/links.ts";
import { openLinks, openShareDialog } from "./testing/note-page.ts";
import { openPerson, PASSWORD, type Person, throwProblems } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWebService } from "./testing/service.ts";
import { startWeb, type Web } from "./testing/start-web.ts";

const { ask, requests } = invitationTexts;

/** Double-clicks a button. Returns the changes that the page has sent. */
async function doubleClick(page: Page, button: Locator): Promise<string[]> {
  const sent: string[] = [];
  page.on("request", (request) => {
    if (request.method() !== "GET") sent.push(`${request.method()} ${new URL(request.url()).pathname}`);
  });
  const answered = page.waitForResponse((response) => response.request().method() !== "GET");
  await button.dblclick();
  await answered;
  // If the double click sends a second change, the page sends it before this request.
  await page.evaluate("fetch('/healthz')");
  return sent;
}

type Form = { open: (ann: Person, person: Web["person"]) => Promise<Locator>; sends: RegExp };

/** Opens the forms one after another in the browser of one person, and double-clicks their buttons. */
async function expectOneChangeEach(forms: readonly Form[], person: Web["person"]): Promise<void> {
  const ann = await person("Ann");
  for (const { open, sends } of forms) {
    const sent = await doubleClick(ann.page, await open(ann, person));
    expect(sent.filter((call) => sends.test(call))).toHaveLength(1);
    throwProblems(ann);
    // A problem that one form expects is still unexpected in the next form.
    ann.watch.clear();
  }
}

async function newNote({ client }: Person): Promise<string> {
  return (await seedNote(client, { title: "Plan", files: [text("plan.txt", "as agreed")] })).id;
}

const forms: Record<string, Form[]> = {
  "the share dialog": [
    {
      async open(ann) {
        const dialog = await openShareDialog(ann.page, await newNote(ann));
        await dialog.getByLabel("Add people", { exact: true }).fill("ben@example.com");
        return dialog.getByRole("button", { name: "Share", exact: true });
      },
      sends: /^PUT \/notes\/.*\/shares$/,
    },
    {
      async open(ann) {
        return (await openLinks(ann.page, await newNote(ann))).getByRole("button", { name: "Create and copy link" });
      },
      sends: /^POST \/notes\/.*\/links$/,
    },
    {
      async open(ann) {
        const dialog = await openLinks(ann.page, await newNote(ann));
        await dialog.getByRole("button", { name: "Ask for files instead" }).click();
        return dialog.getByRole("button", { name: "Create request" });
      },
      sends: /^POST \/notes\/.*\/links$/,
    },
  ],
  "the page of a note": [
    {
      async open(ann) {
        await ann.page.goto(`/n/${await newNote(ann)}`);
        await ann.page.getByRole("button", { name: "Create link…" }).click();
        return ann.page.getByRole("button", { name: "Create and copy link" });
      },
      sends: /^POST \/attachments\/.*\/links$/,
    },
    {
      async open(ann) {
        await ann.page.goto(`/n/${await newNote(ann)}`);
        await ann.page.getByRole("button", { name: /^plan.txt/ }).focus();
        await ann.page.keyboard.press("F2");
        await ann.page.getByRole("textbox", { name: renameTexts.name }).fill("agreed.txt");
        return ann.page.getByRole("button", { name: renameTexts.save });
      },
      sends: /^PATCH \/attachments\//,
    },
    {
      async open(ann, person) {
        const [noteId, ben] = [await newNote(ann), await person("Ben")];
        await ben.client.accessRequests.ask(noteId);
        await ann.page.goto(`/n/${noteId}`);
        return ann.page.getByRole("button", { name: requests.allowOf.viewer("Ben") });
      },
      sends: /^PUT \/notes\/.*\/access-requests\//,
    },
    {
      async open(ann, person) {
        ann.watch.expect(/^40[34] GET .*\/notes\//);
        await ann.page.goto(`/n/${await newNote(await person("Ben"))}`);
        return ann.page.getByRole("button", { name: ask.action });
      },
      sends: /^POST \/notes\/.*\/access-requests$/,
    },
  ],
  "the settings": [
    {
      async open({ page }) {
        await page.goto("/settings/tokens");
        await page.getByLabel(settings.tokens.label).fill("Backup");
        return page.getByRole("button", { name: settings.tokens.create });
      },
      sends: /^POST \/tokens$/,
    },
    {
      async open({ page }) {
        await page.goto("/settings");
        await page.getByLabel("Your name").fill("Ann Lee");
        return page.getByRole("button", { name: accountTexts.account.saveName });
      },
      sends: /^POST \/auth\/update-user$/,
    },
    {
      async open({ page }) {
        await page.goto("/settings");
        await page.getByRole("button", { name: accountTexts.account.changePassword }).click();
        await page.getByLabel(accountTexts.account.currentPassword, { exact: true }).fill(PASSWORD);
        await page.getByLabel("New password", { exact: true }).fill("another horse battery staple");
        return page.getByRole("button", { name: accountTexts.account.changePassword }).last();
      },
      sends: /^POST \/auth\/change-password$/,
    },
    {
      async open({ page }) {
        await page.goto("/settings/webhooks");
        await page.getByRole("button", { name: webhookTexts.create }).click();
        await page.getByRole("textbox", { name: webhookTexts.url }).fill("https://hooks.example.com/");
        return page.getByRole("dialog").getByRole("button", { name: webhookTexts.create });
      },
      sends: /^POST \/webhooks$/,
    },
  ],
  "the sign-in page": [
    {
      async open({ page, context }) {
        await context.clearCookies();
        await page.goto("/sign-up");
        await page.getByLabel("Your name").fill("Zoe");
        await page.getByLabel("Email").fill(`zoe@${Date.now()}.example.com`);
        await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
        return page.getByRole("button", { name: accountTexts.signUp.action });
      },
      sends: /^POST \/auth\/sign-up\/email$/,
    },
    {
      async open({ page, context, email }) {
        await context.clearCookies();
        await page.goto("/sign-in");
        await page.getByLabel("Email").fill(email);
        await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
        return page.getByRole("button", { name: "Sign in", exact: true });
      },
      sends: /^POST \/auth\/sign-in\/email$/,
    },
  ],
  "the page of a link": [
    {
      async open(ann) {
        const { url } = await makeLink(ann, await newNote(ann), { password: PASSWORD });
        await ann.page.goto(url);
        await ann.page.getByLabel(landing.locked.label, { exact: true }).fill(PASSWORD);
        return ann.page.getByRole("button", { name: landing.locked.open });
      },
      sends: /^POST \/public\/links\/.*\/unlock$/,
    },
  ],
};

/** The forms that send mails. The last form signs the person out. */
const mailForms: Form[] = [
  {
    async open({ page }) {
      await page.goto("/settings");
      await page.getByRole("button", { name: accountTexts.account.changeEmail }).click();
      await page.getByLabel(accountTexts.account.newEmail).fill("new@example.com");
      await page.getByLabel(secondFactorTexts.password, { exact: true }).fill(PASSWORD);
      return page.getByRole("button", { name: accountTexts.account.sendChange });
    },
    sends: /^POST \/.*email/,
  },
  {
    async open(ann) {
      const { url } = await makeLink(ann, await newNote(ann), { recipients: ["ben@example.com"] });
      await ann.page.goto(url);
      await ann.page.getByLabel(landing.emailProof.email).fill("ben@example.com");
      return ann.page.getByRole("button", { name: landing.emailProof.send });
    },
    sends: /^POST \/public\/links\/.*\/codes$/,
  },
  {
    async open({ page, context, email }) {
      await context.clearCookies();
      await page.goto("/sign-in");
      await page.getByRole("link", { name: recovery.forgot.title }).click();
      // The sign-in page also has a field with this name until the next page has loaded.
      await page.getByRole("heading", { name: recovery.forgot.title }).waitFor();
      await page.getByLabel("Email").fill(email);
      return page.getByRole("button", { name: recovery.forgot.action });
    },
    sends: /^POST \/auth\/request-password-reset$/,
  },
];

describe("a double click", () => {
  const web = startWeb();

  it.each(Object.entries(forms))("a double click sends each form once (%s)", async (_, forms) => {
    await expectOneChangeEach(forms, web.person);
  });

  describe("a double click on a service with mail", () => {
    let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
    let service: Awaited<ReturnType<typeof startWebService>>;
    beforeAll(async () => {
      smtp = await startSmtpServer();
      service = await startWebService({ SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: "files@example.com" });
    });
    afterAll(async () => {
      await service.stop();
      await smtp.stop();
    });

    it("a double click in each form that sends a mail sends only one mail", async () => {
      await expectOneChangeEach(mailForms, async (name) => {
        const opened = await openPerson(web.browser, { service, name });
        onTestFinished(opened.close);
        return opened;
      });
    });
  });
});
