import type { Page } from "playwright-core";
import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { activity } from "../../../../packages/web/src/texts/en/activity.ts";
import { attachTexts } from "../../../../packages/web/src/texts/en/attach.ts";
import { shortcutsTexts } from "../../../../packages/web/src/texts/en/palette.ts";
import { mailPreferences, settings as texts } from "../../../../packages/web/src/texts/en/settings.ts";
import { trashTexts } from "../../../../packages/web/src/texts/en/trash.ts";
import { webhookTexts } from "../../../../packages/web/src/texts/en/webhooks.ts";
import { asAdministrator, type Scene, scenesOf, showing, UNAVAILABLE, withMail } from "./scene.ts";

const { account } = accountTexts;

/** Scenes of the settings, of the activity, and of the dialogs that every page can open. */
export const placeScenes: readonly Scene[] = [
  ...scenesOf("ann", {
    settings: showing("/settings", texts.parts.account.title),
    async "settings-password"(page) {
      await page.goto("/settings/account");
      await page.getByRole("button", { name: account.changePassword }).click();
      await page.getByLabel(account.revokeTokens).waitFor();
    },
    "settings-security": showing("/settings/security", accountTexts.sessions.title),
    async "settings-appearance"(page) {
      await page.goto("/settings/appearance");
      await page.getByRole("group", { name: texts.theme.title }).waitFor();
    },
    async "settings-storage"(page) {
      const usage = { usedBytes: 4_700_000_000, quotaBytes: 5_000_000_000, files: 213, quotaFiles: 500 };
      await page.route("**/usage", (route) => route.fulfill({ json: usage }));
      await page.goto("/settings/storage");
      await page.getByText(texts.storage.nearlyFull).waitFor();
    },
    "settings-tokens": showing("/settings/tokens", "Nightly backup"),
    async "settings-token-new"(page) {
      await page.route("**/tokens", (route) =>
        route.request().method() === "POST"
          ? route.fulfill({
              status: 201,
              json: { id: id(1), label: "Backup", createdAt: at, expiresAt: null, token: `vk_${"x".repeat(43)}` },
            })
          : route.continue(),
      );
      await page.goto("/settings/tokens");
      await page.getByLabel(texts.tokens.label).fill("Backup");
      await page.getByRole("button", { name: texts.tokens.create }).click();
      await page.getByText(texts.tokens.shownOnce).waitFor();
    },
    "settings-failed": {
      expects: [/^503 /],
      async open(page) {
        await page.route("**/usage", (route) => route.fulfill(UNAVAILABLE));
        await page.goto("/settings/storage");
        await page.getByText(texts.storage.failedToLoad).waitFor();
      },
    },
    async palette(page, { full }) {
      await page.goto("/");
      await page.getByRole("link", { name: full.title }).first().waitFor();
      await page.keyboard.press("Control+k");
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("combobox").fill("tax");
      await dialog.getByText("Tax return 2025").waitFor();
    },
    activity: showing("/activity", "Ben Osei"),
    async "activity-refused"(page, { full }) {
      const refused = (action: string, detail: object, nth: number) => ({
        ...{ id: id(nth), at: new Date(Date.now() - nth * 60_000).toISOString(), action, actorId: "ben", detail },
        actor: { id: "ben", name: "Ben Osei", email: null },
        ...{
          noteId: full.id,
          noteTitle: full.title,
          attachmentIds: ["a"],
          files: [{ id: "a", filename: "invoice.pdf" }],
        },
      });
      const items = [
        refused(
          "attachment.rejected",
          { reason: "The file is infected.", code: "infected", virus: "Eicar-Test-Signature" },
          1,
        ),
        refused("url.refused", { count: 3 }, 2),
        refused("link.unlock_refused", { label: "Contract", count: 2 }, 3),
        refused("attachment.uploaded", {}, 4),
      ];
      await page.route(/\/activity\?/, (route) => route.fulfill({ json: { items, nextCursor: null } }));
      await page.goto("/activity");
      await page.getByText("Ben Osei").first().waitFor();
    },
    async "attach-files"(page) {
      await page.goto("/");
      await page.evaluate(`(async () => {
        const cache = await caches.open("valetkey.attach");
        const picture = await (await fetch("/icon-192.png")).blob();
        const put = (nth, name, body, type) => cache.put("/attach/" + nth, new Response(body, {
          headers: { "content-type": type, "x-filename": encodeURIComponent(name) },
        }));
        await put(0, "IMG_20260611_184512.png", picture, "image/png");
        await put(1, "Boarding pass Berlin to Lisbon, 12 June.pdf", "x".repeat(240000), "application/pdf");
        await put(2, "שלום.txt", "x", "text/plain");
        await put(3, "notes.txt", "x", "text/plain");
        await put(4, "video.mp4", "x".repeat(900000), "video/mp4");
      })()`);
      await page.goto("/attach");
      await page.getByRole("button", { name: attachTexts.newNote }).waitFor();
      await page.getByRole("region", { name: attachTexts.existing }).getByRole("button").first().waitFor();
    },
    "attach-nothing": showing("/attach", attachTexts.nothing.title),
    deleted: showing("/deleted", "Rental agreement 2019"),
    async "deleted-question"(page) {
      await page.goto("/deleted");
      await page.getByRole("button", { name: trashTexts.purgeOf("Rental agreement 2019") }).click();
      await page.getByText(trashTexts.purgeQuestion("Rental agreement 2019")).waitFor();
    },
  }),
  ...scenesOf("zoe", {
    async "settings-mails"(page) {
      await withMail(page);
      const choices = { shares: "at_once", expiry: "daily", links: "never", files: "at_once", requests: "at_once" };
      await page.route("**/me/mail-preferences", (route) => route.fulfill({ json: choices }));
      await page.goto("/settings/mails");
      await page.getByRole("group", { name: mailPreferences.topics.requests }).waitFor();
    },
    "settings-new": showing("/settings/tokens", texts.tokens.none),
    async shortcuts(page) {
      await page.goto("/settings");
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: shortcutsTexts.title }).waitFor();
    },
    "deleted-empty": showing("/deleted", trashTexts.empty.title),
    "activity-empty": showing("/activity", activity.empty.title),
  }),
];

const at = "2026-01-01T12:00:00.000Z";
const id = (nth: number) => `0190a7d2-0000-7000-8000-00000000000${nth}`;

const webhook = {
  id: id(1),
  url: "https://archive.example.com/webhooks/valetkey",
  events: ["upload.ready", "request.received", "url.issued"],
  description: "Archive",
  createdAt: at,
  disabledAt: null,
  problem: null,
  failure: null,
  failures: 0,
  lastDeliveredAt: new Date(Date.now() - 180_000).toISOString(),
  formerSecretUntil: null,
};

const webhooks = [
  webhook,
  {
    ...webhook,
    id: id(2),
    url: "https://a-host-with-a-very-long-name.department.example.com/a/path/that/is/even/longer/than/the/name",
    events: ["share.created"],
    description: "",
    disabledAt: at,
    problem: "It responded with 500.",
    failure: "status",
    lastDeliveredAt: null,
    formerSecretUntil: null,
  },
  {
    ...webhook,
    id: id(6),
    url: "https://books.example.com/hook",
    description: "Bookkeeping",
    failures: 2,
    formerSecretUntil: "2126-01-02T12:00:00.000Z",
  },
  { ...webhook, id: id(7), url: "https://paused.example.com/hook", description: "Paused", disabledAt: at },
];

const delivery = {
  id: `${id(3)}-upload-ready`,
  type: "upload.ready",
  state: "delivered",
  createdAt: at,
  attempts: 1,
  dueAt: null,
  deliveredAt: at,
  givenUpAt: null,
  status: 204,
  problem: null,
  failure: null,
};

const waiting = { ...delivery, state: "waiting", deliveredAt: null, dueAt: "2126-01-02T12:00:00.000Z", attempts: 4 };

const deliveries = [
  {
    ...waiting,
    id: `${id(4)}-url-issued`,
    type: "url.issued",
    status: 503,
    problem: "It responded with 503.",
    failure: "status",
  },
  {
    ...waiting,
    id: `${id(5)}-webhook-test`,
    type: "webhook.test",
    state: "given_up",
    dueAt: null,
    givenUpAt: at,
    status: null,
    problem: "The host has no IP address on the internet.",
    failure: "private_host",
  },
  delivery,
];

/** Fakes webhooks and their deliveries, because no real server can receive messages. */
async function pretend(page: Page): Promise<void> {
  await page.route("**/webhooks", (route) => {
    if (route.request().resourceType() === "document") return route.continue();
    if (route.request().method() === "POST") {
      return route.fulfill({ status: 201, json: { ...webhook, secret: `whsec_${"x".repeat(43)}=` } });
    }
    return route.fulfill({ json: { webhooks } });
  });
  await page.route(/\/webhooks\/[^/]+\/deliveries/, (route) =>
    route.fulfill({ json: { items: deliveries, nextCursor: null } }),
  );
}

async function openPage(page: Page): Promise<void> {
  await pretend(page);
  await page.goto("/settings/webhooks");
  await page.getByText(webhook.url).waitFor();
}

export const webhookScenes: readonly Scene[] = scenesOf("zoe", {
  webhooks: (page) => openPage(page),
  async "webhook-messages"(page) {
    await openPage(page);
    await page.getByRole("button", { name: "Bookkeeping" }).click();
    await page.getByText(webhookTexts.failures.private_host.what).waitFor();
  },
  async "webhook-secret"(page) {
    await openPage(page);
    await page.getByRole("button", { name: webhookTexts.create }).click();
    await page.getByRole("textbox", { name: webhookTexts.url }).fill(webhook.url);
    await page.getByRole("dialog").getByRole("button", { name: webhookTexts.create }).click();
    await page.getByRole("textbox", { name: webhookTexts.secret }).waitFor();
  },
  async "webhook-add"(page) {
    await openPage(page);
    await page.getByRole("button", { name: webhookTexts.create }).click();
    await page.getByRole("textbox", { name: webhookTexts.url }).waitFor();
  },
  async "webhooks-of-service"(page) {
    await asAdministrator(page);
    await pretend(page);
    await page.goto("/admin?tab=webhooks");
    await page.getByText(webhookTexts.serviceHint).waitFor();
    await page.getByText(webhook.url).waitFor();
  },
});
