import type { Page } from "playwright-core";
import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { recovery } from "../../../../packages/web/src/texts/en/recovery.ts";
import type { Scene } from "./scene.ts";
import { withMail } from "./with-mail.ts";

const { forgot, reset, invalid, confirm } = recovery;
const TOKEN = "x".repeat(43);
const heading = (page: Page, name: string) => page.getByRole("heading", { name }).waitFor();

const answer = (page: Page, call: string, json: object) =>
  page.route(`**/auth/${call}`, (route) => route.fulfill({ json }));

/** The scenes with a forgotten password, and with the confirmation of an email address. */
export const recoveryScenes: readonly Scene[] = [
  {
    name: "forgot-password",
    by: "nobody",
    async open(page) {
      await withMail(page);
      await page.goto("/forgot-password");
      await heading(page, forgot.title);
    },
  },
  {
    name: "forgot-password-sent",
    by: "nobody",
    async open(page) {
      await withMail(page);
      await answer(page, "request-password-reset", { status: true });
      await page.goto("/forgot-password");
      await page.getByLabel(accountTexts.email).fill("maximiliane.hohenlohe-waldenburg@long-company-name.example.com");
      await page.getByRole("button", { name: forgot.action }).click();
      await heading(page, forgot.sentTitle);
    },
  },
  {
    name: "forgot-password-without-mail",
    by: "nobody",
    async open(page) {
      await page.goto("/forgot-password");
      await page.getByText(forgot.command(forgot.exampleEmail)).waitFor();
    },
  },
  {
    name: "new-password",
    by: "nobody",
    async open(page) {
      await answer(page, "check-password-reset", { email: "ann.keller@example.com" });
      await page.goto(`/new-password#${TOKEN}`);
      await page.getByRole("button", { name: reset.action }).click();
      await page.getByText(accountTexts.problems.passwordMissing).waitFor();
    },
  },
  {
    name: "new-password-invalid",
    by: "nobody",
    expects: [/^410 POST .*check-password-reset$/],
    async open(page) {
      await page.goto(`/new-password#${TOKEN}`);
      await heading(page, invalid.title);
    },
  },
  {
    name: "confirm-email",
    by: "ann",
    async open(page) {
      await answer(page, "prove-email", { status: true });
      await page.goto(`/confirm-email#${TOKEN}`);
      await heading(page, confirm.doneTitle);
    },
  },
  {
    name: "confirm-email-signed-out",
    by: "nobody",
    async open(page) {
      await page.goto(`/confirm-email#${TOKEN}`);
      await page.getByText(confirm.signedOut).waitFor();
    },
  },
  {
    name: "confirm-email-invalid",
    by: "ann",
    expects: [/^410 POST .*prove-email$/],
    async open(page) {
      await page.goto(`/confirm-email#${TOKEN}`);
      await heading(page, invalid.title);
    },
  },
  {
    name: "settings-not-confirmed",
    by: "ann",
    async open(page) {
      await withMail(page);
      await page.goto("/settings");
      await page.getByText(accountTexts.account.notConfirmed).waitFor();
    },
  },
];
