import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  type ReceivedMail,
  startSmtpServer,
} from "../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { texts as landing } from "../../../packages/web/src/landing/texts/en.ts";
import { linkTexts } from "../../../packages/web/src/texts/en/links.ts";
import { shareDialogTexts } from "../../../packages/web/src/texts/en/share-lists.ts";
import { texts } from "../../../packages/web/src/texts/index.ts";
import { makePlace, runCli } from "../testing/service.ts";
import { alterResponses } from "./scenes/scene.ts";
import { seriousFindings } from "./testing/axe.ts";
import { text } from "./testing/files.ts";
import { waitUntilClosed } from "./testing/note-page.ts";
import { openPerson, PASSWORD, PHONE } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { type StartedWebService, startWebService } from "./testing/service.ts";
import { startWeb } from "./testing/start-web.ts";

const { send: words, receivers } = linkTexts;
const ANN = "ann@example.com";
const MIA = "mia@example.org";
const TOM = "tom@example.org";
const EVA = "eva@example.org";

describe("links that are sent from the app", () => {
  const web = startWeb();
  let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
  let service: StartedWebService;
  const dataDir = mkdtempSync(join(tmpdir(), "valetkey-web-sent-"));
  beforeAll(async () => {
    smtp = await startSmtpServer();
    const env = { SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: "files@example.com" };
    service = await startWebService({ ...env, DATA_DIR: dataDir, AUTH_SIGN_UP: "closed" });
    const place = await makePlace({ DATA_DIR: dataDir });
    await runCli(place, ["user", "add", "--email", ANN, "--password", PASSWORD]);
    await place.remove();
  });
  afterAll(async () => {
    await service.stop();
    await smtp.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Opens the browser of a user whose email address the operator has proven. */
  async function openSender() {
    const ann = await openPerson(web.browser, { service, name: "Ann", hasAccount: false });
    onTestFinished(ann.close);
    const headers = { origin: service.url };
    await ann.context.request.post("/auth/sign-in/email", { headers, data: { email: ANN, password: PASSWORD } });
    return ann;
  }

  it("a link that is sent by mail shows which receivers opened it", async () => {
    const ann = await openSender();
    const note = await seedNote(ann.client, { title: "Flat", files: [text("contract.txt", "as agreed")] });
    await ann.client.links.create(note.id, { label: "Contract" });
    const { page } = ann;
    const open = async () => {
      await page.getByRole("button", { name: linkTexts.moreOf("Contract") }).press("Enter");
      await page.getByRole("menuitem", { name: words.action }).press("Enter");
    };

    await alterResponses(page, "**/me", { emailProven: false });
    await page.goto("/links");
    await open();
    await page.getByText(words.unproven).waitFor();
    await page.keyboard.press("Escape");
    await waitUntilClosed(page.getByRole("dialog"));
    await page.unroute("**/me");
    await page.reload();

    await open();
    const form = page.getByRole("form", { name: words.title("Contract") });
    const field = form.getByLabel(words.to);
    await expect.poll(() => field.evaluate((input) => input === input.ownerDocument.activeElement)).toBe(true);
    expect(await form.getByRole("button", { name: words.send(0), exact: true }).isDisabled()).toBe(true);
    await field.fill(`${MIA}, ${TOM}; eve`);
    await form.getByRole("button", { name: words.send(2) }).click();
    await form.getByText(shareDialogTexts.people.invalid("eve")).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await form.getByRole("button", { name: shareDialogTexts.people.correct("eve") }).click();
    expect(await field.inputValue()).toBe("eve");
    await field.fill("");
    await form.getByLabel(words.message).fill("Please sign.\nSee www.example.com");
    await form.getByRole("button", { name: words.send(2) }).click();
    await page.getByText(words.sent([MIA, TOM])).waitFor();

    const people = page.getByRole("list", { name: receivers.list });
    const stateOf = (email: string, state: string) =>
      people.getByRole("listitem").filter({ hasText: email }).filter({ hasText: state }).waitFor();
    // One more mail tells Ann about her sign-in.
    await smtp.received(3);
    const mailTo = (email: string) => smtp.mails.find(({ recipients }) => recipients.includes(email)) as ReceivedMail;
    expect(mailTo(MIA).parsed).toMatchObject({
      subject: `${ANN} sends you a link`,
      replyTo: { text: ANN },
    });
    await page.reload();
    await page.getByRole("button", { name: receivers.people(2) }).click();
    await stateOf(MIA, receivers.states.sent);

    const mia = await openPerson(web.browser, { ...PHONE, hasAccount: false, service, name: "Mia" });
    onTestFinished(mia.close);
    await mia.page.goto(urlIn(mailTo(MIA)));
    await mia.page.getByText("contract.txt").first().waitFor();
    await stateOf(MIA, receivers.states.visited);
    await stateOf(TOM, receivers.states.sent);
    const download = mia.page.waitForEvent("download");
    await mia.page
      .getByRole("button", { name: landing.shares.ofFile(landing.shares.download, "contract.txt") })
      .click();
    await download;
    await stateOf(MIA, receivers.states.used.download);
    await page.getByRole("button", { name: receivers.used.download(1) }).waitFor();

    await alterResponses(page, /\/mails(\?|$)/, ({ items }: { items: { email: string }[] }) => ({
      items: items.map((item) => (item.email === TOM ? { ...item, state: "not_delivered" } : item)),
    }));
    await page.reload();
    await page.getByRole("button", { name: receivers.people(2) }).click();
    const below = async (email: string, state: string) => {
      const row = people.getByRole("listitem").filter({ hasText: email });
      const top = async (shown: string) => (await row.getByText(shown).boundingBox())?.y ?? 0;
      return (await top(state)) - (await top(email));
    };
    expect(await below(TOM, receivers.states.not_delivered)).toBeGreaterThan(0);
    expect(await below(MIA, receivers.states.used.download)).toBe(await below(TOM, receivers.states.not_delivered));
    await people.getByRole("button", { name: receivers.correctOf(TOM) }).click();
    expect(await field.inputValue()).toBe(TOM);
    await form.getByRole("button", { name: words.send(1) }).waitFor();
    await page.unrouteAll({ behavior: "wait" });
  });

  it("after a link is sent from the share dialog, the main button closes the dialog", async () => {
    const { page, client } = await openSender();
    const note = await seedNote(client, { title: "Flat", files: [text("contract.txt", "as agreed")] });
    await client.links.create(note.id, { label: "Contract" });
    await page.goto(`/n/${note.id}`);
    await page.getByRole("button", { name: texts.sharing.share, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("tab", { name: shareDialogTexts.tabs.link.label }).click();
    const create = dialog.getByRole("button", { name: linkTexts.dialog.create });
    await create.waitFor();
    await dialog.getByRole("button", { name: linkTexts.moreOf("Contract") }).click();
    await page.getByRole("menuitem", { name: words.action }).click();
    await dialog.getByLabel(words.to).fill(TOM);
    await dialog.getByRole("button", { name: words.send(1) }).click();
    await dialog.getByText(words.sent([TOM])).waitFor();
    expect(await create.count()).toBe(0);
    await dialog.getByRole("button", { name: linkTexts.create, exact: true }).click();
    await create.waitFor();
    await dialog.getByText(words.sent([TOM])).waitFor();
    expect(await dialog.getByRole("button", { name: texts.common.done }).count()).toBe(0);
  });

  it("a screen reader announces a second mail to the same person", async () => {
    const { page, client } = await openSender();
    const note = await seedNote(client, { title: "Flat", files: [text("contract.txt", "as agreed")] });
    await client.links.create(note.id, { label: "Offer" });
    await page.goto("/links");
    const announcement = page.getByText(words.sent([EVA]));
    for (let times = 0; times < 2; times += 1) {
      await page.getByRole("button", { name: linkTexts.moreOf("Offer") }).click();
      await page.getByRole("menuitem", { name: words.action }).click();
      await page.getByLabel(words.to).fill(EVA);
      // A screen reader announces a text only when the page adds the text.
      expect(await announcement.count()).toBe(0);
      await page.getByRole("button", { name: words.send(1) }).click();
      await announcement.waitFor();
    }
  });

  it("the form says which person can get no more mails, and sends to the others", async () => {
    const { page, client, watch } = await openSender();
    const note = await seedNote(client, { title: "Flat", files: [text("contract.txt", "as agreed")] });
    const link = await client.links.create(note.id, { label: "Bill" });
    // The refused email address contains the other one.
    const [max, lmax] = ["max@example.org", "lmax@example.org"];
    for (let nth = 0; nth < 3; nth += 1) await client.links.send(link.id, { to: [lmax] });
    watch.expect(/^429 POST /);
    await page.goto("/links");
    await page.getByRole("button", { name: linkTexts.moreOf("Bill") }).click();
    await page.getByRole("menuitem", { name: words.action }).click();
    await page.getByLabel(words.to).fill(`${max}, ${lmax}`);
    await page.getByRole("button", { name: words.send(2) }).click();
    await page.getByText(words.problems.notNow(lmax)).waitFor();
    await page.getByRole("button", { name: words.sendToOthers([max]) }).click();
    await page.getByText(words.sent([max])).waitFor();
  });
});

function urlIn({ parsed }: ReceivedMail): string {
  const [url] = /^http:\S+#to=[\w-]+$/m.exec(parsed.text ?? "") ?? [];
  if (url === undefined) throw new Error(`The mail has no link: ${parsed.text}`);
  return url;
}
