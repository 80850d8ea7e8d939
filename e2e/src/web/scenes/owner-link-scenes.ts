import type { Page } from "playwright-core";
import { reviewTexts } from "../../../../packages/web/src/texts/en/file-tools.ts";
import { linkTexts as links } from "../../../../packages/web/src/texts/en/links.ts";
import { texts } from "../../../../packages/web/src/texts/index.ts";
import { holdRequests } from "../testing/watch.ts";
import type { Scene } from "./scene.ts";
import { withMail } from "./with-mail.ts";
import type { World } from "./world.ts";

const { attachments, sharing } = texts;
/** Matches the API requests for lists of links, and also the page /links (see `goToLinks`). */
const LINKS = /\/links(\?|$)/;
const BROKEN = /^net::ERR_FAILED /;

async function openShareDialog(page: Page, { full }: World) {
  await page.context().grantPermissions(["clipboard-write"]);
  await page.goto(`/n/${full.id}`);
  await page.getByRole("button", { name: sharing.share, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: sharing.shareNote });
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

/** Opens the page with the links from another page, by keys. This way, `before` cannot affect the request for the HTML document. */
async function goToLinks(page: Page, before: () => Promise<unknown>): Promise<void> {
  await page.goto("/settings");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await before();
  await page.keyboard.type("gl");
}

async function seeAsVisitor(page: Page, world: World, { label }: { label: string }): Promise<void> {
  const dialog = await openShareDialog(page, world);
  await dialog.getByRole("button", { name: links.moreOf(label) }).click();
  await page.getByRole("menuitem", { name: links.visitor.action }).click();
  await page.getByRole("dialog", { name: links.visitor.title }).waitFor();
}

/** The scenes with the links and file requests that their owner sees. */
export const ownerLinkScenes: readonly Scene[] = [
  {
    name: "own-links",
    by: "ann",
    async open(page) {
      await page.goto("/links");
      await page.getByText("For the new tenants").waitFor();
    },
  },
  {
    name: "own-links-empty",
    by: "zoe",
    async open(page) {
      await page.goto("/links");
      await page.getByText(links.page.empty.title).waitFor();
    },
  },
  {
    name: "own-links-loading",
    by: "ann",
    async open(page) {
      await goToLinks(page, () => holdRequests(page, LINKS));
      await page.getByRole("heading", { level: 1, name: links.page.title }).waitFor();
    },
  },
  {
    name: "own-links-failing",
    by: "ann",
    expects: [BROKEN],
    async open(page) {
      await goToLinks(page, () => page.route(LINKS, (route) => route.abort()));
      await page.getByText(links.failed).waitFor();
    },
  },
  {
    name: "share-links",
    by: "ann",
    async open(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("heading", { name: links.title }).scrollIntoViewIfNeeded();
      await dialog.getByText("For the new tenants").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "share-links-made",
    by: "ann",
    async open(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.create }).click();
      const field = dialog.getByLabel(links.field);
      await field.waitFor();
      await field.scrollIntoViewIfNeeded();
    },
  },
  {
    name: "share-links-edit",
    by: "ann",
    async open(page, world) {
      await withMail(page);
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.editOf("For the new tenants") }).click();
      await dialog.getByLabel(links.form.filesWhole).click();
      await dialog.getByText(links.form.more).click();
      await dialog.getByLabel(links.form.recipients).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "share-links-request",
    by: "ann",
    async open(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.requestFiles }).click();
      await dialog.getByRole("button", { name: links.request.addSlot }).click();
      await dialog.getByRole("textbox", { name: links.request.slotName(1) }).fill("Passport");
      await dialog.getByRole("button", { name: links.form.createRequest }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "share-links-request-more",
    by: "ann",
    async open(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.requestFiles }).click();
      await dialog.getByText(links.form.more).click();
      await dialog.getByRole("button", { name: links.form.createRequest }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "share-links-revoke",
    by: "ann",
    async open(page, world) {
      const dialog = await openShareDialog(page, world);
      await dialog.getByRole("button", { name: links.revoke.of("For the new tenants") }).click();
      const question = dialog.getByText(links.revoke.question);
      await question.waitFor();
      await question.scrollIntoViewIfNeeded();
    },
  },
  {
    name: "file-links",
    by: "ann",
    async open(page, world) {
      const dialog = await openFileDialog(page, world);
      await dialog.getByRole("list", { name: links.list }).waitFor();
    },
  },
  {
    name: "file-links-made",
    by: "ann",
    async open(page, world) {
      const dialog = await openFileDialog(page, world);
      await dialog.getByLabel("60 s").check({ force: true });
      await dialog.getByRole("button", { name: links.dialog.create }).click();
      await dialog.getByRole("img").waitFor();
    },
  },
  {
    name: "note-review",
    by: "ann",
    async open(page, { full }) {
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
  },
  {
    name: "visitor-view",
    by: "ann",
    open: (page, world) => seeAsVisitor(page, world, { label: "For the new tenants" }),
  },
  {
    name: "visitor-view-request",
    by: "ann",
    open: (page, world) => seeAsVisitor(page, world, { label: "Papers for the lease" }),
  },
];
