import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startSmtpServer } from "../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import { administration } from "../../../packages/web/src/texts/en/administration.ts";
import { recovery } from "../../../packages/web/src/texts/en/recovery.ts";
import { shareDialogTexts } from "../../../packages/web/src/texts/en/share-lists.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { makePlace, runCli } from "../testing/service.ts";
import { countClicks } from "./testing/clicks.ts";
import { randomFile } from "./testing/files.ts";
import { rowOf } from "./testing/note-page.ts";
import { openPerson, PASSWORD, type Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { type StartedWebService, startWebService } from "./testing/service.ts";
import { startWeb } from "./testing/start-web.ts";

const ROOT = "root@example.com";
const NEW_PASSWORD = "another horse battery staple";
/** The maximum number of clicks and forms of the invited person, from the invitation to the file. */
const MOST_CLICKS = 4;
const MOST_FORMS = 1;

const { attachments, sharing } = texts;
const { people } = administration;
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function startAdministered(env: Record<string, string>): Promise<StartedWebService> {
  const dataDir = mkdtempSync(join(tmpdir(), "valetkey-story-"));
  const service = await startWebService({ ...env, DATA_DIR: dataDir });
  const place = await makePlace({ DATA_DIR: dataDir });
  await runCli(place, ["user", "add", "--admin", "--email", ROOT, "--password", PASSWORD]);
  await place.remove();
  return {
    ...service,
    async stop() {
      await service.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Shares a file in its share dialog with an email address that has no account. */
async function shareFile(
  { page }: Person,
  { noteId, filename, email }: { noteId: string; filename: string; email: string },
): Promise<void> {
  await page.goto(`/n/${noteId}`);
  await rowOf(page, filename).getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: attachments.share }).click();
  const dialog = page.getByRole("dialog", { name: sharing.shareFile(filename) });
  await dialog.getByLabel(shareDialogTexts.people.label, { exact: true }).fill(email);
  await dialog.getByRole("button", { name: sharing.share, exact: true }).click();
  await rowOf(page, email).waitFor();
}

async function signIn({ page }: Person, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel(accountTexts.email).fill(email);
  await page.getByLabel(accountTexts.password, { exact: true }).fill(password);
  await button(page, accountTexts.signIn.action).click();
}

/** Opens the list of people as the administrator. Returns the row of the person with this email address. */
async function findPerson(root: Person, email: string) {
  await root.page.goto("/admin");
  await root.page.getByLabel(people.search).fill(email);
  return root.page
    .getByRole("list", { name: administration.tabs.people })
    .getByRole("listitem")
    .filter({ hasText: email });
}

const web = startWeb();

describe("a person without an account", () => {
  let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
  let service: StartedWebService;
  beforeAll(async () => {
    smtp = await startSmtpServer();
    const mail = { SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: "files@example.com" };
    service = await startAdministered(mail);
  });
  afterAll(async () => {
    await service.stop();
    await smtp.stop();
  });

  async function open(name: string, options: object = {}): Promise<Person> {
    const person = await openPerson(web.browser, { ...options, service, name });
    onTestFinished(person.close);
    return person;
  }

  /** Waits for a mail to this email address whose subject contains this text. Returns the link in the newest such mail. */
  async function linkInMail(email: string, subject: string): Promise<string> {
    const find = () =>
      smtp.mails.findLast(({ recipients, parsed }) => recipients.includes(email) && parsed.subject?.includes(subject));
    await expect.poll(find).toBeDefined();
    return /^https?:\S+$/m.exec(find()?.parsed.text ?? "")?.[0] ?? "";
  }

  it("a new person gets a file, resets a password with the administrator's link, and is disabled", async () => {
    const file = randomFile("Contract.bin", { sizeBytes: 300_000 });
    const ann = await open("Ann");
    const root = await open("Root", { hasAccount: false });
    const mia = await open("Mia", { hasAccount: false, extraHTTPHeaders: { "x-forwarded-for": "10.5.0.1" } });
    const { page } = mia;
    const note = await seedNote(ann.client, { title: "Contract", files: [file] });
    await shareFile(ann, { noteId: note.id, filename: file.name, email: mia.email });
    const invitation = await linkInMail(mia.email, "shared");

    // Mia opens the invitation, creates her account, and downloads the file.
    const clicks = await countClicks([mia.context]);
    let forms = 0;
    await page.goto(invitation);
    await page.getByLabel(accountTexts.name).fill(mia.name);
    await page.getByLabel(accountTexts.password, { exact: true }).fill(PASSWORD);
    forms += await page.getByRole("main").locator("form").count();
    await button(page, accountTexts.signUp.action).click();
    await page.getByRole("button", { name: file.name }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: attachments.download, exact: true }).first().click(),
    ]);
    expect((await readFile(await download.path())).equals(file.bytes)).toBe(true);
    expect(clicks()).toBeLessThanOrEqual(MOST_CLICKS);
    expect(forms).toBeLessThanOrEqual(MOST_FORMS);
    console.log(`From the invitation to the file: ${clicks()} clicks and ${forms} form.`);

    // Mia has forgotten her password. She sets a new password with a link from the administrator.
    mia.watch.expect(/^40[13] /);
    await mia.context.clearCookies();
    await root.page.goto("/sign-in");
    await signIn(root, { email: ROOT, password: PASSWORD });
    await root.page.getByRole("heading", { name: "Notes" }).waitFor();
    const reset = await findPerson(root, mia.email);
    await reset.getByRole("button", { name: people.menuOf(mia.name) }).click();
    await root.page.getByRole("menuitem", { name: people.reset }).click();
    await button(root.page, people.resetNow).click();
    await page.goto(await root.page.getByLabel(people.resetLink).inputValue());
    await page.getByLabel(accountTexts.account.newPassword, { exact: true }).fill(NEW_PASSWORD);
    await button(page, recovery.reset.action).click();
    await page.getByText(recovery.reset.done).waitFor();
    await page.goto("/shared");
    await page.getByRole("button", { name: file.name }).waitFor();

    // The administrator disables the account of Mia. Her session, her API token and her link must stop working.
    const own = await seedNote(mia.client, { title: "Notes of Mia", files: [file] });
    const { token } = await mia.client.tokens.create({ label: "script" });
    const { url: link } = await mia.client.links.create(own.id, {});
    const publicPath = `/public/links/${new URL(link).pathname.split("/").at(-1)}`;
    const statuses = async () => {
      const bearer = { headers: { authorization: `Bearer ${token}` } };
      return [
        (await mia.context.request.get("/me")).status(),
        (await fetch(`${service.url}/me`, bearer)).status,
        (await fetch(`${service.url}${publicPath}`)).status,
      ];
    };
    expect(await statuses()).toEqual([200, 200, 200]);
    const row = await findPerson(root, mia.email);
    await row.getByRole("button", { name: people.menuOf(mia.name) }).click();
    await root.page.getByRole("menuitem", { name: people.disable }).click();
    await button(root.page, people.disableNow).click();
    await row.getByText(people.disabled).waitFor();
    expect(await statuses()).toEqual([401, 401, 404]);
    // Mia's open page shows the sign-in without a reload.
    await page.getByRole("heading", { name: accountTexts.signIn.title }).waitFor();
    await signIn(mia, { email: mia.email, password: NEW_PASSWORD });
    await page.getByText(accountTexts.failures.access_denied).waitFor();
  });
});
