import type { Page } from "playwright-core";
import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { activity } from "../../../../packages/web/src/texts/en/activity.ts";
import { shortcutsTexts } from "../../../../packages/web/src/texts/en/palette.ts";
import { mailPreferences, settings } from "../../../../packages/web/src/texts/en/settings.ts";
import { trashTexts } from "../../../../packages/web/src/texts/en/trash.ts";
import { webhookTexts } from "../../../../packages/web/src/texts/en/webhooks.ts";
import { asAdministrator, type Scene, scenesOf, showing, withMail } from "./scene.ts";

const { account } = accountTexts;

/** The scenes with the settings, the activity, and the dialogs that every page can open. */
export const placeScenes: readonly Scene[] = [
  ...scenesOf("ann", {
    settings: showing("/settings", "Nightly backup"),
    async "settings-password"(page) {
      await page.goto("/settings");
      await page.getByRole("button", { name: account.changePassword }).click();
      await page.getByLabel(account.revokeTokens).waitFor();
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
    async "activity-every-url"(page) {
      await page.goto("/activity");
      await page.getByRole("checkbox", { name: activity.everyUrl.label }).check();
      await page
        .getByText(/loaded thumbnails|Vorschaubilder/)
        .first()
        .waitFor();
    },
    deleted: showing("/deleted", "Rental agreement 2019"),
    async "deleted-question"(page) {
      await page.goto("/deleted");
      await page.getByRole("button", { name: trashTexts.purgeOf("Rental agreement 2019") }).click();
      await page.getByText(trashTexts.purgeQuestion).waitFor();
    },
  }),
  ...scenesOf("zoe", {
    async "settings-new"(page) {
      await withMail(page);
      const choices = { shares: "at_once", expiry: "daily", links: "never", files: "at_once", requests: "at_once" };
      await page.route("**/me/mail-preferences", (route) => route.fulfill({ json: choices }));
      await page.goto("/settings");
      await page.getByText(settings.tokens.none).waitFor();
      await page.getByRole("group", { name: mailPreferences.topics.requests }).scrollIntoViewIfNeeded();
    },
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
  formerSecretUntil: "2126-01-02T12:00:00.000Z",
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
    formerSecretUntil: null,
  },
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
};

const waiting = { ...delivery, state: "waiting", deliveredAt: null, dueAt: "2126-01-02T12:00:00.000Z", attempts: 4 };

const deliveries = [
  { ...waiting, id: `${id(4)}-url-issued`, type: "url.issued", status: 503, problem: "It responded with 503." },
  {
    ...waiting,
    id: `${id(5)}-webhook-test`,
    type: "webhook.test",
    state: "given_up",
    dueAt: null,
    givenUpAt: at,
    status: null,
    problem: "The host has no IP address on the internet.",
  },
  delivery,
];

/** Fakes the webhooks and their deliveries, because there is no real server that could receive messages. */
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
  async webhooks(page) {
    await openPage(page);
    await page.getByRole("button", { name: webhookTexts.deliveriesOf(webhook.url) }).click();
    await page.getByText("It responded with 503.").waitFor();
  },
  async "webhook-secret"(page) {
    await openPage(page);
    await page.getByRole("textbox", { name: webhookTexts.url }).fill(webhook.url);
    await page.getByRole("button", { name: webhookTexts.create }).click();
    await page.getByRole("textbox", { name: webhookTexts.secret }).waitFor();
    await page.getByRole("button", { name: webhookTexts.removeOf(webhook.url) }).click();
  },
  async "webhooks-of-service"(page) {
    await asAdministrator(page);
    await pretend(page);
    await page.goto("/admin?tab=webhooks");
    await page.getByText(webhookTexts.serviceHint).waitFor();
    await page.getByText(webhook.url).waitFor();
  },
});
