import { describe, expect, it, onTestFinished } from "vitest";
import { smtpServerInTest } from "../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import { invitationTexts } from "../../../packages/web/src/texts/en/invitations.ts";
import { shareDialogTexts } from "../../../packages/web/src/texts/en/share-lists.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { countClicks } from "./testing/clicks.ts";
import { CLIPBOARD, copiedBy } from "./testing/clipboard.ts";
import { text } from "./testing/files.ts";
import { openShareDialog } from "./testing/note-page.ts";
import { openPerson, PASSWORD, type Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWebService } from "./testing/service.ts";
import { startWeb } from "./testing/start-web.ts";

const { sharing } = texts;
const { page: words, closed, ask, requests } = invitationTexts;

/** The maximum number of clicks by both people together, from the open share dialog to the open note. */
const MOST_CLICKS = 4;
/** The title of the shared note. It contains the name of the service by chance. */
const TITLE = `Handover of ${texts.app.name}`;

describe("a person without access to a note", () => {
  const web = startWeb();

  /** Makes a note, and shares it with an email address in the share dialog. */
  async function share(ann: Person, email: string): Promise<void> {
    const note = await seedNote(ann.client, { title: TITLE, files: [text("keys.txt", "14 keys")] });
    const dialog = await openShareDialog(ann.page, note.id);
    await dialog.getByLabel(shareDialogTexts.people.label, { exact: true }).fill(email);
    await dialog.getByRole("button", { name: sharing.share, exact: true }).click();
  }

  /** Shares a note with an email address, copies the invitation, and returns the URL of the invitation. */
  async function invite(ann: Person, email: string): Promise<string> {
    await share(ann, email);
    const copy = ann.page.getByRole("button", { name: invitationTexts.message.copyOf(email) });
    return /^http\S+$/m.exec(await copiedBy(ann.page, () => copy.click()))?.[0] ?? "";
  }

  it("requirement 25: an invitation opens its note after 4 clicks and one form", async () => {
    const ann = await web.person("Ann Invites", CLIPBOARD);
    const carla = await web.person("Carla Invited", { hasAccount: false });
    const clicks = await countClicks([ann.context, carla.context]);
    const url = await invite(ann, carla.email);
    await carla.page.goto(url);
    await carla.page.getByText(words.shares("Ann Invites", TITLE)).waitFor();
    // The page says whose page it is, beside the title of the note.
    await carla.page.getByText(texts.app.name, { exact: true }).waitFor();
    expect(await carla.page.getByLabel(accountTexts.email).inputValue()).toBe(carla.email);
    await carla.page.getByLabel(accountTexts.name).fill(carla.name);
    await carla.page.getByLabel(accountTexts.password, { exact: true }).fill(PASSWORD);
    await carla.page.getByRole("button", { name: accountTexts.signUp.action }).click();
    await carla.page.getByRole("button", { name: "keys.txt", exact: true }).waitFor();
    await carla.page.getByText(sharing.access.by("Ann Invites")).waitFor();
    // The click that opens the share dialog does not count.
    expect(clicks() - 1).toBeLessThanOrEqual(MOST_CLICKS);

    // After a reload, Ann's page of the note names the user who has accepted the invitation.
    await ann.page.reload();
    await ann.page.getByText("Ann Invites and Carla Invited can see this note").waitFor({ state: "attached" });
    // No request had the token in its URL, and the page has not stored the token.
    const token = url.split("#")[1] ?? "";
    const seen = [...carla.watch.requests.values()].flat().map((request) => JSON.stringify(request.url));
    expect(seen.join()).not.toContain(token);
    expect(
      await carla.page.evaluate<string>("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])"),
    ).not.toContain(token);

    carla.watch.expect(/^409 POST .*\/invitations\/look$/);
    // An accepted invitation opens the note only for the user who has accepted it.
    await carla.page.goto(url);
    await carla.page.getByRole("button", { name: "keys.txt", exact: true }).waitFor();
    const dora = await web.person("Dora Late");
    dora.watch.expect(/^409 POST .*\/invitations\/(look|redeem)$/);
    await dora.page.goto(url);
    await dora.page.getByText(closed.invitation_used.title).waitFor();
  });

  it("2 clicks mail an invitation, which a user with another email address accepts", async () => {
    const smtp = await smtpServerInTest();
    const SMTP_URL = `smtp://127.0.0.1:${smtp.port}`;
    const service = await startWebService({ SMTP_URL, MAIL_FROM: "Example Files <files@example.com>" });
    onTestFinished(service.stop);
    const ann = await openPerson(web.browser, { service, name: "Ann Again" });
    onTestFinished(ann.close);
    const finn = await openPerson(web.browser, { service, name: "Finn Known" });
    onTestFinished(finn.close);
    await finn.context.clearCookies();
    const clicks = await countClicks([ann.context]);
    await share(ann, "finn@elsewhere.test");
    await ann.page.getByText(invitationTexts.mailed(["finn@elsewhere.test"])).waitFor();
    expect(clicks()).toBe(2);
    expect(await ann.page.getByText(invitationTexts.message.unknown(1)).count()).toBe(0);
    // Waits for three mails: the invitation, and a confirmation mail for each new account.
    const mail = (await smtp.received(3)).find(({ recipients }) => recipients.includes("finn@elsewhere.test"));
    await finn.page.goto(/^http\S+$/m.exec(mail?.parsed.text ?? "")?.[0] ?? "");
    await finn.page.getByRole("link", { name: accountTexts.signUp.otherAction }).click();
    // Waits for the heading of the sign-in page, because the previous page also has a field for the email address.
    await finn.page.getByRole("heading", { name: accountTexts.signIn.title }).waitFor();
    await finn.page.getByLabel(accountTexts.email).fill(finn.email);
    await finn.page.getByLabel(accountTexts.password, { exact: true }).fill(PASSWORD);
    await finn.page.getByRole("button", { name: accountTexts.signIn.action }).click();
    await finn.page.getByText(words.usesUp("finn@elsewhere.test")).waitFor();
    await finn.page.getByRole("button", { name: words.accept, exact: true }).click();
    await finn.page.getByRole("button", { name: "keys.txt", exact: true }).waitFor();
  });

  it("the page of an invitation lets its owner copy the link", async () => {
    const ann = await web.person("Ann Owns", CLIPBOARD);
    const url = await invite(ann, "someone@example.com");
    await ann.page.goto(url);
    await ann.page.getByText(words.own).waitFor();
    expect(await copiedBy(ann.page, () => ann.page.getByRole("button", { name: words.copy }).click())).toBe(url);
  });

  it("a person asks for access, and the owner grants it with one click", async () => {
    const [ann, ben] = [await web.person("Ann Asked"), await web.person("Ben Asks")];
    ben.watch.expect(/^40[34] GET .*\/notes\//);
    const note = await seedNote(ann.client, { title: "Salaries", body: "secret" });
    await ben.page.goto(`/n/${note.id}`);
    await ben.page.getByRole("button", { name: ask.action }).click();
    await ben.page.getByText(ask.asked.title).waitFor();

    await ann.page.goto("/");
    await ann.page.getByRole("link", { name: /^Salaries just now 1 person asks for access/ }).click();
    const shown = ann.page.getByRole("region", { name: requests.title });
    await shown.getByText("Ben Asks asks for access").waitFor();
    await shown.getByText(requests.unproven).waitFor();
    await shown.getByRole("button", { name: requests.allowOf.viewer("Ben Asks") }).click();
    await shown.waitFor({ state: "detached" });
    await ann.page.getByText("Ann Asked and Ben Asks can see this note").waitFor({ state: "attached" });
    await ben.page.reload();
    await ben.page.getByRole("region", { name: "Text" }).getByText("secret").waitFor();
  });
});
