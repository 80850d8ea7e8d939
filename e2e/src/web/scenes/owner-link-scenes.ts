import type { Page } from "playwright-core";
import { texts as landing } from "../../../../packages/web/src/landing/texts/en.ts";
import { reviewTexts } from "../../../../packages/web/src/texts/en/file-tools.ts";
import { linkTexts as links } from "../../../../packages/web/src/texts/en/links.ts";
import { shareDialogTexts } from "../../../../packages/web/src/texts/en/share-lists.ts";
import { texts } from "../../../../packages/web/src/texts/index.ts";
import { holdRequests } from "../testing/watch.ts";
import { type Scene, scenesOf, showing, withMail } from "./scene.ts";
import type { World } from "./world.ts";

const { attachments, sharing } = texts;
/** Matches the API requests for lists of links, and also the page /links (see `goToLinks`). */
const LINKS = /\/links(\?|$)/;
const BROKEN = /^net::ERR_FAILED /;

/** Opens the share dialog of the note, with the tab of its links. */
async function openShareDialog(page: Page, { full }: World) {
  await page.context().grantPermissions(["clipboard-write"]);
  await page.goto(`/n/${full.id}`);
  await page.getByRole("button", { name: sharing.share, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: sharing.shareNote });
  await dialog.getByRole("tab", { name: shareDialogTexts.tabs.link.label }).click();
  await dialog.getByText("For the new tenants").waitFor();
  return dialog;
}

async function openFileDialog(page: Page, { full }: World) {
  await page.context().grantPermissions(["clipboard-write"]);
  await page.goto(`/n/${full.id}`);
  const row = page.getByRole("listitem").filter({ hasText: "Kitchen.png" });
  await row.getByRole("button", { name: texts.common.more }).click();
  await page.getByRole("menuitem", { name: attachments.copyLink }).click();
  return page.getByRole("dialog", { name: links.dialog.title("Kitchen.png") });
}

/** Opens the page with the links from another page, by keys, so that `before` cannot affect the request for the HTML document. */
async function goToLinks(page: Page, before: () => Promise<unknown>): Promise<void> {
  await page.goto("/settings");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await before();
  await page.keyboard.type("gl");
}

async function seeAsVisitor(page: Page, world: World, { label }: { label: string }): Promise<void> {
  // If the browser opens no tab, the page of the link replaces the app.
  await page.addInitScript("window.open = () => null");
  const dialog = await openShareDialog(page, world);
  await dialog.getByRole("button", { name: links.moreOf(label) }).click();
  await page.getByRole("menuitem", { name: links.seeAsVisitor }).click();
  await page.getByText(landing.visitorView.title).waitFor();
  await page.getByRole("heading", { level: 1 }).waitFor();
}

/** The scenes with the links and file requests that their owner sees. */
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
      await dialog.getByText(links.form.more, { exact: true }).click();
    },
    async "share-links-made"(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.dialog.create }).click();
      await dialog.getByLabel(links.field).waitFor();
    },
    async "share-links-edit"(page, world) {
      await withMail(page);
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.editOf("For the new tenants") }).click();
      await dialog.getByLabel(links.form.filesWhole).click();
      await dialog.getByRole("form").getByText(links.form.more, { exact: true }).click();
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
      await dialog.getByRole("form").getByText(links.form.more, { exact: true }).click();
      await dialog.getByRole("form").getByText(links.form.details, { exact: true }).scrollIntoViewIfNeeded();
    },
    async "share-links-revoke"(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.revoke.of("For the new tenants") }).click();
      const question = dialog.getByText(links.revoke.question);
      await question.waitFor();
      await question.scrollIntoViewIfNeeded();
    },
    async "file-links"(page, world) {
      const dialog = await openFileDialog(page, world);
      await dialog.getByRole("list", { name: links.list }).waitFor();
    },
    async "file-links-made"(page, world) {
      const dialog = await openFileDialog(page, world);
      await dialog.getByLabel("60 s").check({ force: true });
      await dialog.getByRole("button", { name: links.dialog.create }).click();
      await dialog.getByRole("img").waitFor();
    },
    async "file-links-ended"(page, world) {
      // Every link seems to expire in a moment.
      const expiresAt = new Date(Date.now() + 8_000).toISOString();
      await page.route(/\/links(\?|$)/, async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replaceAll(/"expiresAt":("[^"]*"|null)/g, `"expiresAt":"${expiresAt}"`);
        await route.fulfill({ response, body });
      });
      const dialog = await openFileDialog(page, world);
      await dialog.getByRole("button", { name: links.dialog.create }).click();
      await dialog.getByText(links.endedBecause.expired).first().waitFor();
    },
    async "note-review"(page, { full }) {
      await page.route(/\/notes\/[^/]+$/, async (route) => {
        const response = await route.fetch();
        const text = (await response.text()).replaceAll('"state":"ready"', '"state":"quarantined"');
        await route.fulfill({ response, body: text.replaceAll('"name":"Ann Keller"', '"name":"Maria (visitor)"') });
      });
      await page.goto(`/n/${full.id}`);
      const waits = page.getByText(reviewTexts.waits).first();
      await waits.waitFor();
      await waits.scrollIntoViewIfNeeded();
    },
    "visitor-view": (page, world) => seeAsVisitor(page, world, { label: "For the new tenants" }),
    "visitor-view-request": (page, world) => seeAsVisitor(page, world, { label: "Papers for the lease" }),
  }),
  ...scenesOf("zoe", {
    "own-links-empty": showing("/links", links.page.empty.title),
  }),
];
