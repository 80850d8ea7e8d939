import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startSmtpServer } from "../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { texts as landing } from "../../../packages/web/src/landing/texts/en.ts";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import { linkTexts } from "../../../packages/web/src/texts/en/links.ts";
import { mailPreferences, settings } from "../../../packages/web/src/texts/en/settings.ts";
import { seriousFindings } from "./testing/axe.ts";
import { randomFile } from "./testing/files.ts";
import { chooseForLink, openLinks } from "./testing/note-page.ts";
import { openPerson, PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWebService } from "./testing/service.ts";
import { startWeb } from "./testing/start-web.ts";

const words = landing.emailProof;
const EVA = "eva@example.com";

describe("the mails of the service", () => {
  const web = startWeb();
  let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
  beforeAll(async () => {
    smtp = await startSmtpServer();
  });
  afterAll(() => smtp.stop());

  it("the service follows the mail settings of the user", async () => {
    const env = { SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: "files@example.com" };
    const service = await startWebService(env);
    onTestFinished(service.stop);
    const ann = await openPerson(web.browser, { service, name: "Ann" });
    onTestFinished(ann.close);

    await ann.page.goto("/settings/mails");
    const section = ann.page.getByRole("region", { name: settings.parts.mails.title, exact: true });
    const dailyOf = (topic: "shares" | "links" | "requests") =>
      section
        .getByRole("group", { name: mailPreferences.topics[topic] })
        .getByRole("radio", { name: mailPreferences.choices.daily });
    await dailyOf("requests").click();
    await expect.poll(async () => (await ann.client.mailPreferences()).requests).toBe("daily");
    await ann.page.reload();
    expect(await dailyOf("requests").isChecked()).toBe(true);
    // The choices for an email address that nobody has confirmed have an effect as soon as the user has confirmed it.
    await section.getByText(mailPreferences.unproven).waitFor();
    await dailyOf("shares").click();
    await expect.poll(async () => (await ann.client.mailPreferences()).shares).toBe("daily");
    await section.getByRole("button", { name: accountTexts.account.sendProof }).click();
    await section.getByText(accountTexts.account.proofSent).waitFor();

    const note = await seedNote(ann.client, { title: "Contract", files: [randomFile("a.bin", { sizeBytes: 100 })] });
    const { id, url } = await ann.client.links.create(note.id, { label: "Offer" });
    const dialog = await openLinks(ann.page, note.id);
    await chooseForLink(ann.page, { label: "Offer", action: linkTexts.edit });
    await dialog.getByRole("form").locator("summary").click();
    const field = dialog.getByRole("form").getByLabel(linkTexts.form.recipients);
    await field.fill("eva");
    await dialog.getByRole("button", { name: linkTexts.form.save }).click();
    await dialog.getByText(linkTexts.form.recipientsProblem(["eva"])).waitFor();
    await field.fill(`${EVA}, bob@example.com`);
    await dialog.getByRole("button", { name: linkTexts.form.save }).click();
    await dialog.getByText(linkTexts.forRecipients(2)).waitFor();
    expect((await ann.client.links.get(id)).recipients).toEqual(["bob@example.com", EVA]);

    const eva = await openPerson(web.browser, { ...PHONE, hasAccount: false, service, name: "Eva" });
    onTestFinished(eva.close);
    const { page, watch } = eva;
    await page.goto(url);
    await page.getByRole("heading", { name: words.title }).waitFor();
    await page.getByLabel(words.email).fill(EVA);
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole("button", { name: words.send }).click();
    await page.getByRole("region").getByText(words.sent(EVA)).waitFor();
    await expect.poll(() => smtp.mails.filter(({ recipients }) => recipients.includes(EVA)).length).toBe(1);
    const text = smtp.mails.find(({ recipients }) => recipients.includes(EVA))?.parsed.text ?? "";
    const code = /^\d{4} \d{4}$/m.exec(text)?.[0] ?? "";
    watch.expect(/^403 POST .*\/email/);
    await page.getByLabel(words.code, { exact: true }).fill(code === "0000 0000" ? "1" : "0000 0000");
    await page.getByRole("button", { name: words.open }).click();
    await page.getByText(words.wrong).waitFor();
    await page.getByLabel(words.code, { exact: true }).fill(code);
    await page.getByRole("button", { name: words.open }).click();
    await page.getByText("a.bin").first().waitFor();
  });
});
