import type { Page } from "playwright-core";
import { webhookTexts } from "../../../../packages/web/src/texts/en/webhooks.ts";
import type { Scene } from "./scene.ts";

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

/** The scenes with the webhooks of a user. */
export const webhookScenes: readonly Scene[] = [
  {
    name: "webhooks",
    by: "zoe",
    async open(page) {
      await openPage(page);
      await page.getByRole("button", { name: webhookTexts.deliveriesOf(webhook.url) }).click();
      await page.getByText("It responded with 503.").waitFor();
    },
  },
  {
    name: "webhook-secret",
    by: "zoe",
    async open(page) {
      await openPage(page);
      await page.getByRole("textbox", { name: webhookTexts.url }).fill(webhook.url);
      await page.getByRole("button", { name: webhookTexts.create }).click();
      await page.getByRole("textbox", { name: webhookTexts.secret }).waitFor();
      await page.getByRole("button", { name: webhookTexts.removeOf(webhook.url) }).click();
    },
  },
  {
    name: "webhooks-of-service",
    by: "zoe",
    async open(page) {
      await page.route("**/me", async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...(await response.json()), isAdmin: true } });
      });
      await pretend(page);
      await page.goto("/admin?tab=webhooks");
      await page.getByText(webhookTexts.serviceHint).waitFor();
      await page.getByText(webhook.url).waitFor();
    },
  },
];
