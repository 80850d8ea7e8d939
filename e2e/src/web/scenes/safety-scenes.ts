import type { Page } from "playwright-core";
import { accountTexts } from "../../../../packages/web/src/texts/en/accounts.ts";
import { recovery } from "../../../../packages/web/src/texts/en/recovery.ts";
import { deleteAccountTexts, passkeyTexts, secondFactorTexts } from "../../../../packages/web/src/texts/en/settings.ts";
import type { Scene } from "./scene.ts";

const { signIn, closedAccount, account } = accountTexts;
const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const CODES = Array.from({ length: 10 }, (_, nth) => `ABCD-EFGH-JKLM-NP${nth < 8 ? nth + 2 : "QR"}${nth}`);
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const answer = (page: Page, call: string, json: object) =>
  page.route(`**/auth/${call}`, (route) => route.fulfill({ json }));

/** Fills in the form that asks for the password again, and submits the form. */
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

/** The scenes with the second factor, passkeys, a new email address, and the deletion of an account. */
export const safetyScenes: readonly Scene[] = [
  {
    name: "sign-in-code",
    by: "nobody",
    expects: [/^403 POST .*sign-in/],
    async open(page) {
      await refuseSignIn(page, "second_factor_required", "");
      await page.getByRole("heading", { name: signIn.codeTitle }).waitFor();
    },
  },
  {
    name: "sign-in-closed",
    by: "nobody",
    expects: [/^403 POST .*sign-in/],
    async open(page) {
      const message = "You deleted this account. It is closed, and is deleted for good on 2026-12-10.";
      await refuseSignIn(page, "account_closed", message);
      await page.getByRole("heading", { name: closedAccount.title }).waitFor();
    },
  },
  {
    name: "settings-second-factor",
    by: "ann",
    async open(page) {
      await answer(page, "second-factor/start", {
        secret: SECRET,
        url: `otpauth://totp/files.example.com:ann@example.com?issuer=files.example.com&secret=${SECRET}&digits=6&period=30`,
      });
      await page.goto("/settings");
      await button(page, secondFactorTexts.setUp).click();
      await repeatPassword(page, secondFactorTexts.continue);
      await page.getByRole("img", { name: secondFactorTexts.qrLabel }).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "settings-recovery-codes",
    by: "ann",
    async open(page) {
      await answer(page, "second-factor", { isOn: true, recoveryCodesLeft: 10 });
      await answer(page, "second-factor/recovery-codes", { recoveryCodes: CODES });
      await page.goto("/settings");
      await button(page, secondFactorTexts.newCodes).click();
      await repeatPassword(page, secondFactorTexts.newCodes);
      await button(page, secondFactorTexts.kept).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "settings-second-factor-on",
    by: "ann",
    async open(page) {
      await answer(page, "second-factor", { isOn: true, recoveryCodesLeft: 1 });
      await page.goto("/settings");
      await page.getByText(secondFactorTexts.codesLeft(1)).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "settings-passkeys",
    by: "ann",
    async open(page) {
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
      await page.goto("/settings");
      await button(page, passkeyTexts.add).click();
      await button(page, passkeyTexts.create).click();
      await page.getByText(secondFactorTexts.passwordMissing).scrollIntoViewIfNeeded();
    },
  },
  {
    name: "settings-new-email",
    by: "ann",
    async open(page) {
      await page.goto("/settings");
      await button(page, account.changeEmail).click();
      await page.getByText(account.changeByOperator).waitFor();
    },
  },
  {
    name: "new-email",
    by: "ann",
    async open(page) {
      await answer(page, "confirm-email-change", { status: true });
      await page.goto(`/new-email#${"x".repeat(43)}`);
      await page.getByRole("heading", { name: recovery.newEmail.doneTitle }).waitFor();
    },
  },
  {
    name: "settings-delete-account",
    by: "ann",
    async open(page) {
      await page.goto("/settings");
      await button(page, deleteAccountTexts.open).click();
      await button(page, deleteAccountTexts.action).scrollIntoViewIfNeeded();
    },
  },
];
