import type { Page } from "playwright-core";
import type { Instance, LinkPage, LinkReceiver } from "../../../../packages/client/src/index.ts";
import { texts as landing } from "../../../../packages/web/src/landing/texts/en.ts";
import { linkTexts as links } from "../../../../packages/web/src/texts/en/links.ts";
import { shareDialogTexts } from "../../../../packages/web/src/texts/en/share-lists.ts";
import { texts } from "../../../../packages/web/src/texts/index.ts";
import { png } from "../testing/files.ts";
import { seedNote } from "../testing/seed.ts";
import { holdRequests, responseTo } from "../testing/watch.ts";
import { alterResponses, type Scene, scenesOf, showing, withMail } from "./scene.ts";
import type { World } from "./world.ts";

const { attachments, sharing } = texts;
/** Matches API requests for lists of links, and also the page /links (see `goToLinks`). */
const LINKS = /\/links(\?|$)/;
/** Matches API requests that send a link by mail or list its receivers. */
const MAILS = /\/links\/[^/]+\/mails(\?|$)/;
const BROKEN = /^net::ERR_FAILED /;

/** Opens the share dialog of the note, on the tab with its links. */
async function openShareDialog(page: Page, { full }: World) {
  await page.context().grantPermissions(["clipboard-write"]);
  await page.goto(`/n/${full.id}`);
  await page.getByRole("button", { name: sharing.share, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: sharing.share });
  await dialog.getByRole("tab", { name: shareDialogTexts.tabs.link.label }).click();
  await dialog.getByText("For the new tenants").waitFor();
  return dialog;
}

async function openFileDialog(page: Page, { full }: Pick<World, "full">) {
  await page.context().grantPermissions(["clipboard-write"]);
  await page.goto(`/n/${full.id}`);
  const row = page.getByRole("listitem").filter({ hasText: "Kitchen.png" });
  await row.getByRole("button", { name: texts.common.more }).click();
  await page.getByRole("menuitem", { name: attachments.copyLink }).click();
  return page.getByRole("dialog", { name: links.dialog.title("Kitchen.png") });
}

/** Opens the page of links from another page with the keyboard, so that `before` does not affect the request for the HTML document. */
async function goToLinks(page: Page, before: () => Promise<unknown>): Promise<void> {
  await page.goto("/settings");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await before();
  await page.keyboard.type("gl");
}

async function seeAsVisitor(page: Page, world: World, { label }: { label: string }): Promise<void> {
  // Without a new tab, the page of the link replaces the app.
  await page.addInitScript("window.open = () => null");
  const dialog = await openShareDialog(page, world);
  await dialog.getByRole("button", { name: links.moreOf(label) }).click();
  await page.getByRole("menuitem", { name: links.seeAsVisitor }).click();
  await page.getByText(landing.visitorView.title).waitFor();
  await page.getByRole("heading", { level: 1 }).waitFor();
}

/** Makes the page believe that its user can send links by mail. */
async function withSending(page: Page): Promise<void> {
  await alterResponses(page, "**/me", { emailProven: true });
  await alterResponses(page, "**/instance", ({ limits }: Instance) => ({
    limits: { ...limits, links: { ...limits.links, sendable: true } },
  }));
}

/** Opens the form that sends a link by mail, in the share dialog. */
async function openSendForm(page: Page, world: World) {
  await withSending(page);
  const dialog = await openShareDialog(page, world);
  await chooseForNewTenants(page, links.send.action);
  await dialog.getByLabel(links.send.to).waitFor();
  return dialog;
}

async function chooseForNewTenants(page: Page, action: string): Promise<void> {
  await page.getByRole("button", { name: links.moreOf("For the new tenants") }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
}

const since = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const noVisit = { hasOldUrl: false, queuedAt: since(200), sentAt: since(199), visitedAt: null, usedAt: null };
const RECEIVERS: LinkReceiver[] = [
  { ...noVisit, id: "5", email: "lea@example.org", state: "waiting", sentAt: null },
  { ...noVisit, id: "1", email: "mia@example.org", state: "used", visitedAt: since(90), usedAt: since(88) },
  { ...noVisit, id: "2", email: "tom.brandt@example.org", state: "visited", visitedAt: since(12) },
  { ...noVisit, id: "3", email: "office-of-the-house-administration@brandt-and-sons.example.com", state: "sent" },
  { ...noVisit, id: "4", email: "eve@example.org", state: "sent", hasOldUrl: true },
  { ...noVisit, id: "6", email: "no-such-person@example.org", state: "not_delivered", sentAt: null },
];

/** Makes the page believe that its user has sent the link of the new tenants to several people. */
async function withReceivers(page: Page): Promise<void> {
  const sentTo = { people: RECEIVERS.length, visited: 2, used: 1, notDelivered: 1 };
  await alterResponses(page, LINKS, ({ items }: LinkPage) => ({
    items: items.map((link) =>
      link.label === "For the new tenants" ? { ...link, opened: 2, claims: 1, sentTo } : link,
    ),
  }));
  await page.route(MAILS, (route) =>
    route.fulfill({ json: { items: RECEIVERS, receivers: RECEIVERS.slice(0, 1), nextCursor: null } }),
  );
}

/** Scenes of links and file requests, as their owner sees them. */
export const ownerLinkScenes: readonly Scene[] = [
  ...scenesOf("ann", {
    "own-links": showing("/links", "For the new tenants"),
    async "own-links-loading"(page) {
      await goToLinks(page, () => holdRequests(page, LINKS));
      await page.getByRole("heading", { level: 1, name: links.page.title }).waitFor();
    },
    "own-links-failing": {
      expects: [BROKEN],
      async open(page) {
        await goToLinks(page, () => page.route(LINKS, (route) => route.abort()));
        await page.getByText(links.failed).waitFor();
      },
    },
    "share-links": openShareDialog,
    async "share-links-more"(page, world) {
      await withMail(page);
      const dialog = await openShareDialog(page, world);
      await dialog.getByLabel(links.form.asksPassword).click();
      await dialog.locator("form summary").click();
    },
    async "share-links-made"(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.dialog.create }).click();
      await dialog.getByLabel(links.field).waitFor();
    },
    async "share-links-edit"(page, world) {
      await withMail(page);
      const dialog = await openShareDialog(page, world);
      await chooseForNewTenants(page, links.edit);
      await dialog.getByLabel(links.form.filesWhole).waitFor();
    },
    async "share-links-edit-more"(page, world) {
      await withMail(page);
      const dialog = await openShareDialog(page, world);
      await chooseForNewTenants(page, links.edit);
      await dialog.getByLabel(links.form.filesWhole).click();
      await dialog.getByRole("form").getByLabel(links.form.recipients).scrollIntoViewIfNeeded();
    },
    async "share-links-request"(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.requestFiles }).click();
      await dialog.getByRole("button", { name: links.request.addSlot }).click();
      await dialog.getByRole("textbox", { name: links.request.slotName(1) }).fill("Passport");
    },
    async "share-links-request-more"(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.requestFiles }).click();
      await dialog.getByRole("button", { name: links.form.dateOrNoEnd }).click();
      await dialog.getByRole("form").locator("summary").click();
      await dialog.getByRole("form").getByLabel(links.request.maxTotal).scrollIntoViewIfNeeded();
    },
    async "share-links-revoke"(page, world) {
      const dialog = await openShareDialog(page, world);
      await chooseForNewTenants(page, links.revoke.action);
      const question = dialog.getByText(links.revoke.question);
      await question.waitFor();
      await question.scrollIntoViewIfNeeded();
    },
    async "file-links"(page, world) {
      const dialog = await openFileDialog(page, world);
      await dialog.getByRole("list", { name: links.list }).waitFor();
    },
    async "share-links-menu"(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.moreOf("For the new tenants") }).click();
      await page.getByRole("menuitem", { name: links.revoke.action }).waitFor();
    },
    async "own-links-ended"(page) {
      await page.goto("/links");
      await page.getByText(links.ended(1)).click();
      await page
        .getByRole("button", { name: links.againOf.download("For the former tenants") })
        .scrollIntoViewIfNeeded();
    },
    async "file-links-made"(page, world) {
      const dialog = await openFileDialog(page, world);
      await dialog.getByLabel("60 s").check({ force: true });
      await dialog.getByRole("button", { name: links.dialog.create }).click();
      await dialog.getByRole("img").waitFor();
    },
    async "file-links-ended"(page, { ann: { client } }) {
      const full = await seedNote(client, {
        title: "Kitchen",
        files: [png("Kitchen.png", { width: 960, height: 640 })],
      });
      const fileId = full.attachments[0]?.id ?? "";
      for (const label of ["For Mr Brandt", ""]) {
        await client.links.revoke((await client.links.createForFile(fileId, { label })).id);
      }
      // The line for ended links is open at first if a link has just ended.
      await alterResponses(page, LINKS, ({ items }: LinkPage) => ({
        items: items.map((link) => ({ ...link, revokedAt: since(20) })),
      }));
      const dialog = await openFileDialog(page, { full });
      await dialog.getByText(links.ended(2)).click();
      await dialog.getByRole("button", { name: links.againOf.download("For Mr Brandt") }).scrollIntoViewIfNeeded();
    },
    async "note-review"(page, { full }) {
      await page.route(/\/notes\/[^/]+$/, async (route) => {
        const found = await responseTo(route);
        if (found === undefined) return;
        const { response } = found;
        const text = found.body.replaceAll('"state":"ready"', '"state":"quarantined"');
        const visitor = '"createdBy":{"id":"visitor","name":"Maria (visitor)"';
        await route.fulfill({
          response,
          body: text.replaceAll(/"createdBy":\{"id":"[^"]*","name":"Ann Keller"/g, visitor),
        });
      });
      await page.goto(`/n/${full.id}`);
      const waits = page.getByText(attachments.review(6));
      await waits.waitFor();
      await waits.scrollIntoViewIfNeeded();
    },
    "send-link": openSendForm,
    async "send-link-unproven"(page, world) {
      await withSending(page);
      await alterResponses(page, "**/me", { emailProven: false });
      await openShareDialog(page, world);
      await chooseForNewTenants(page, links.send.action);
      await page.getByText(links.send.unproven).waitFor();
    },
    async "send-link-refused"(page, world) {
      const dialog = await openSendForm(page, world);
      await dialog.getByLabel(links.send.to).fill("mia@example.org, tom.brandt@example.org; eve");
      await dialog
        .getByLabel(links.send.message, { exact: true })
        .fill("Here is the protocol. Please sign it by Friday.");
      await dialog.getByRole("button", { name: links.send.send(2) }).click();
      await dialog
        .getByRole("button", { name: links.send.sendToOthers(["mia@example.org", "tom.brandt@example.org"]) })
        .waitFor();
    },
    "send-link-limit": {
      expects: [/^429 POST /],
      async open(page, world) {
        const dialog = await openSendForm(page, world);
        await page.route(MAILS, (route) =>
          route.fulfill({
            status: 429,
            headers: { "retry-after": "2400" },
            contentType: "application/problem+json",
            json: { code: "sending_limit_reached", detail: "You can't send a mail to tom.brandt@example.org." },
          }),
        );
        await dialog.getByLabel(links.send.to).fill("mia@example.org, tom.brandt@example.org");
        await dialog.getByRole("button", { name: links.send.send(2) }).press("Enter");
        await dialog.getByRole("alert").waitFor();
      },
    },
    async "send-link-sent"(page, world) {
      const dialog = await openSendForm(page, world);
      await withReceivers(page);
      await dialog.getByLabel(links.send.to).fill("lea@example.org");
      await dialog.getByRole("button", { name: links.send.send(1) }).click();
      await dialog.getByText(links.send.sent(["lea@example.org"])).waitFor();
      await dialog.getByText("no-such-person@example.org").waitFor();
    },
    async "send-link-receivers"(page) {
      await withSending(page);
      await goToLinks(page, () => withReceivers(page));
      await page.getByRole("button", { name: links.receivers.people(RECEIVERS.length) }).click();
      await page.getByText("no-such-person@example.org").waitFor();
    },
    "visitor-view": (page, world) => seeAsVisitor(page, world, { label: "For the new tenants" }),
    "visitor-view-request": (page, world) => seeAsVisitor(page, world, { label: "Papers for the lease" }),
  }),
  ...scenesOf("zoe", {
    "own-links-empty": showing("/links", links.page.empty.title),
  }),
];
