import type { Page } from "playwright-core";
import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { recovery } from "../../../../packages/web/src/texts/en/recovery.ts";
import { deleteAccountTexts, passkeyTexts, secondFactorTexts } from "../../../../packages/web/src/texts/en/settings.ts";
import { terminalTexts } from "../../../../packages/web/src/texts/en/terminal.ts";
import { type Scene, scenesOf, showing, withMail } from "./scene.ts";

const { forgot, reset, invalid, confirm } = recovery;
const TOKEN = "x".repeat(43);
const heading = (page: Page, name: string) => page.getByRole("heading", { name }).waitFor();

/** Scenes of a forgotten password and of the confirmation of an email address. */
export const recoveryScenes: readonly Scene[] = [
  ...scenesOf("nobody", {
    async "forgot-password"(page) {
      await withMail(page);
      await page.goto("/forgot-password");
      await heading(page, forgot.title);
    },
    async "forgot-password-sent"(page) {
      await withMail(page);
      await answer(page, "request-password-reset", { status: true });
      await page.goto("/forgot-password");
      await page.getByLabel(accountTexts.email).fill("maximiliane.hohenlohe-waldenburg@long-company-name.example.com");
      await page.getByRole("button", { name: forgot.action }).click();
      await heading(page, forgot.sentTitle);
    },
    "forgot-password-without-mail": showing("/forgot-password", forgot.askOperator),
    async "new-password"(page) {
      await answer(page, "check-password-reset", { email: "ann.keller@example.com" });
      await page.goto(`/new-password#${TOKEN}`);
      await page.getByRole("button", { name: reset.action }).click();
      await page.getByText(accountTexts.problems.passwordShort).waitFor();
    },
    "new-password-invalid": {
      expects: [/^410 POST .*check-password-reset$/],
      async open(page) {
        await page.goto(`/new-password#${TOKEN}`);
        await heading(page, invalid.title);
      },
    },
    async "confirm-email-signed-out"(page) {
      await page.goto(`/confirm-email#${TOKEN}`);
      await page.getByText(confirm.signedOut).waitFor();
    },
  }),
  ...scenesOf("ann", {
    async "confirm-email"(page) {
      await answer(page, "prove-email", { status: true });
      await page.goto(`/confirm-email#${TOKEN}`);
      await heading(page, confirm.doneTitle);
    },
    "confirm-email-invalid": {
      expects: [/^410 POST .*prove-email$/],
      async open(page) {
        await page.goto(`/confirm-email#${TOKEN}`);
        await heading(page, invalid.title);
      },
    },
    async "terminal-code"(page) {
      await page.goto("/terminal");
      await page.getByRole("button", { name: terminalTexts.next }).click();
      await page.getByText(terminalTexts.codeMissing).waitFor();
    },
    "terminal-wrong-code": {
      expects: [/^404 POST .*token-requests\/look$/],
      async open(page) {
        await typeCode(page);
        await page.getByRole("alert").waitFor();
      },
    },
    async "terminal-ask"(page) {
      await showTerminal(page, `valetkey, ${"maximiliane.hohenlohe-waldenburg".repeat(2)} on laptop`);
    },
    async "terminal-done"(page) {
      await showTerminal(page, "valetkey, ann on laptop");
      await page.getByRole("button", { name: terminalTexts.confirm }).click();
      await page.getByText(terminalTexts.done.confirm.title).waitFor();
    },
    async "settings-not-confirmed"(page) {
      await withMail(page);
      await page.goto("/settings/account");
      await page.getByText(accountTexts.account.notConfirmed).waitFor();
    },
  }),
];

async function typeCode(page: Page): Promise<void> {
  await page.goto("/terminal");
  await page.getByLabel(terminalTexts.code, { exact: true }).fill("BDFG-HJKL");
  await page.getByRole("button", { name: terminalTexts.next }).click();
}

/** Shows the question whether a terminal with this name gets an API token. */
async function showTerminal(page: Page, label: string): Promise<void> {
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const instants = { requestedAt: at(-1), expiresAt: at(9), tokenExpiresAt: at(90 * 24 * 60) };
  const json = { label, clientAddress: "2001:db8:85a3::8a2e:370:7334", ...instants };
  await page.route("**/token-requests/look", (route) => route.fulfill({ json }));
  await page.route("**/token-requests/answer", (route) => route.fulfill({ status: 204 }));
  await typeCode(page);
  await page.getByText(terminalTexts.ask).waitFor();
}

const { signIn, closedAccount, account } = accountTexts;
const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const CODES = Array.from({ length: 10 }, (_, nth) => `ABCD-EFGH-JKLM-NP${nth < 8 ? nth + 2 : "QR"}${nth}`);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const answer = (page: Page, call: string, json: object) =>
  page.route(`**/auth/${call}`, (route) => route.fulfill({ json }));

/** Fills in and submits the form that asks for the password again. */
async function repeatPassword(page: Page, action: string): Promise<void> {
  await page.getByLabel(secondFactorTexts.password).fill("correct horse battery");
  await button(page, action).click();
}

async function refuseSignIn(page: Page, code: string, message: string): Promise<void> {
  await page.route("**/auth/sign-in/email", (route) => route.fulfill({ status: 403, json: { code, message } }));
  await page.goto("/sign-in");
  await page.getByLabel(accountTexts.email).fill("ann.keller@example.com");
  await page.getByLabel(accountTexts.password, { exact: true }).fill("correct horse battery");
  await button(page, signIn.action).click();
}

/** Scenes of the second factor, passkeys, a new email address, and the deletion of an account. */
export const safetyScenes: readonly Scene[] = [
  ...scenesOf("nobody", {
    "sign-in-code": {
      expects: [/^403 POST .*sign-in/],
      async open(page) {
        await refuseSignIn(page, "second_factor_required", "");
        await page.getByRole("heading", { name: signIn.codeTitle }).waitFor();
      },
    },
    "sign-in-closed": {
      expects: [/^403 POST .*sign-in/],
      async open(page) {
        const message = "You deleted this account. It is closed, and is deleted for good on 2026-12-10.";
        await refuseSignIn(page, "account_closed", message);
        await page.getByRole("heading", { name: closedAccount.title }).waitFor();
      },
    },
  }),
  ...scenesOf("ann", {
    async "settings-second-factor"(page) {
      await answer(page, "second-factor/start", {
        secret: SECRET,
        url: `otpauth://totp/files.example.com:ann@example.com?issuer=files.example.com&secret=${SECRET}&digits=6&period=30`,
      });
      await page.goto("/settings/security");
      await button(page, secondFactorTexts.setUp).click();
      await repeatPassword(page, secondFactorTexts.continue);
      await page.getByRole("img", { name: secondFactorTexts.qrLabel }).scrollIntoViewIfNeeded();
    },
    async "settings-recovery-codes"(page) {
      await answer(page, "second-factor", { isOn: true, recoveryCodesLeft: 10 });
      await answer(page, "second-factor/recovery-codes", { recoveryCodes: CODES });
      await page.goto("/settings/security");
      await button(page, secondFactorTexts.newCodes).click();
      await repeatPassword(page, secondFactorTexts.newCodes);
      await button(page, secondFactorTexts.kept).scrollIntoViewIfNeeded();
    },
    async "settings-second-factor-on"(page) {
      await answer(page, "second-factor", { isOn: true, recoveryCodesLeft: 1 });
      await page.goto("/settings/security");
      await page.getByText(secondFactorTexts.codesLeft(1)).scrollIntoViewIfNeeded();
    },
    async "settings-passkeys"(page) {
      const createdAt = "2026-06-01T10:00:00.000Z";
      await answer(page, "passkeys", {
        passkeys: [
          { id: "1", name: "Laptop", createdAt, lastUsedAt: null },
          {
            id: "2",
            name: "The phone of Maximiliane Hohenlohe-Waldenburg in Bad Homburg",
            createdAt,
            lastUsedAt: createdAt,
          },
        ],
      });
      await page.goto("/settings/security");
      await button(page, passkeyTexts.add).click();
      await button(page, passkeyTexts.create).click();
      await page.getByText(secondFactorTexts.passwordMissing).scrollIntoViewIfNeeded();
    },
    async "settings-new-email"(page) {
      await page.goto("/settings/account");
      await button(page, account.changeEmail).click();
      await page.getByText(account.changeByOperator).waitFor();
    },
    async "new-email"(page) {
      await answer(page, "confirm-email-change", { status: true });
      await page.goto(`/new-email#${"x".repeat(43)}`);
      await page.getByRole("heading", { name: recovery.newEmail.doneTitle }).waitFor();
    },
    async "settings-delete-account"(page) {
      await page.goto("/settings/account");
      await button(page, deleteAccountTexts.open).click();
      await button(page, deleteAccountTexts.action).scrollIntoViewIfNeeded();
    },
  }),
];
