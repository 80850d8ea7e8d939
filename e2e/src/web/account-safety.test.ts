import { readFile } from "node:fs/promises";
import { TOTP } from "otpauth";
import type { CDPSession, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { accountTexts as german } from "../../../packages/web/src/texts/de/accounts.ts";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import {
  deleteAccountTexts,
  passkeyTexts,
  secondFactorTexts,
  settings,
} from "../../../packages/web/src/texts/en/settings.ts";
import { PASSWORD, type Person } from "./testing/person.ts";
import { seedNote } from "./testing/seed.ts";
import { startWeb } from "./testing/start-web.ts";

const { signIn } = accountTexts;
const STEP_MS = 30_000;
// Gives each user another IP address, because the service limits the sign-ins from one IP address.
const from = (address: string) => ({ extraHTTPHeaders: { "x-forwarded-for": address } });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function signOut({ page }: Person): Promise<void> {
  await page.goto("/settings/account");
  await button(page, "Sign out").click();
  await page.getByRole("heading", { name: signIn.title }).waitFor();
}

async function givePassword({ page, email }: Person): Promise<void> {
  await page.getByLabel(accountTexts.email).fill(email);
  await page.getByLabel(accountTexts.password, { exact: true }).fill(PASSWORD);
  await button(page, signIn.action).click();
}

/** Adds a simulated authenticator to the browser, which creates passkeys without asking the user. Returns the id of the authenticator. */
async function addAuthenticator(devtools: CDPSession): Promise<string> {
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return authenticatorId;
}

/** Turns on the second factor of a user. Returns a function that makes codes, like the user's authenticator app. */
async function turnOnSecondFactor({ page }: Person): Promise<(ahead?: number) => string> {
  const post = async (path: string, data: object) =>
    (
      await page.request.post(`/auth/second-factor/${path}`, { data, headers: { origin: new URL(page.url()).origin } })
    ).json();
  const { secret } = await post("start", { password: PASSWORD });
  const code = (ahead = 0) => new TOTP({ secret }).generate({ timestamp: Date.now() + ahead });
  expect((await post("confirm", { code: code() })).recoveryCodes).toHaveLength(10);
  return code;
}

describe("the safety of an account", () => {
  const web = startWeb();

  it("requirement 54: the sign-in asks for a code of the authenticator app", async () => {
    const ann = await web.person("Ann", from("10.4.0.1"));
    const { page, watch } = ann;
    watch.expect(/^403 POST .*sign-in/);
    await page.goto("/settings/security");
    const section = page.getByRole("region", { name: secondFactorTexts.title });
    await button(page, secondFactorTexts.setUp).click();
    await section.getByLabel(secondFactorTexts.password).fill(PASSWORD);
    await button(page, secondFactorTexts.continue).click();
    await page.getByRole("img", { name: secondFactorTexts.qrLabel }).waitFor();
    const secret = (await section.getByRole("code").textContent())?.replaceAll(" ", "") ?? "";
    const code = (ahead = 0) => new TOTP({ secret }).generate({ timestamp: Date.now() + ahead });
    await section.getByLabel(secondFactorTexts.code, { exact: true }).fill(code());
    await button(page, secondFactorTexts.turnOn).click();
    const codes = page.getByRole("list", { name: secondFactorTexts.codesTitle }).getByRole("listitem");
    await codes.first().waitFor();
    expect(await codes.count()).toBe(10);
    const recoveryCode = (await codes.first().textContent()) ?? "";
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      button(page, secondFactorTexts.downloadCodes).click(),
    ]);
    const saved = await readFile(await download.path(), "utf8");
    for (const part of [recoveryCode, ann.email, new URL(web.service.url).host]) expect(saved).toContain(part);
    expect(saved).toContain(String(new Date().getFullYear()));
    await button(page, secondFactorTexts.kept).click();
    for (const second of [code(STEP_MS), recoveryCode]) {
      await signOut(ann);
      await givePassword(ann);
      await page.getByRole("heading", { name: signIn.codeTitle }).waitFor();
      await page.getByLabel(signIn.code, { exact: true }).fill("000000");
      await button(page, signIn.action).click();
      await page.getByText(signIn.wrongCode).waitFor();
      await page.getByLabel(signIn.code, { exact: true }).fill(second);
      await button(page, signIn.action).click();
      await page
        .getByRole("heading", { name: settings.parts.account.title, level: 1 })
        .or(page.getByRole("heading", { name: "Notes" }))
        .first()
        .waitFor();
    }
    await page.goto("/settings/security");
    await page.getByText(secondFactorTexts.codesLeft(9)).waitFor();
  });

  it("requirement 56: a passkey signs its owner in until it is removed", async () => {
    const ben = await web.person("Ben", from("10.4.0.2"));
    const { page, context, watch } = ben;
    watch.expect(/^403 POST .*sign-in/);
    const devtools = await context.newCDPSession(page);
    const authenticatorId = await addAuthenticator(devtools);
    await page.goto("/settings/security");
    const section = page.getByRole("region", { name: passkeyTexts.title });
    await button(page, passkeyTexts.add).click();
    await section.getByLabel(passkeyTexts.name, { exact: true }).fill("Laptop");
    await section.getByLabel(secondFactorTexts.password).fill(PASSWORD);
    await button(page, passkeyTexts.create).click();
    await section.getByRole("button", { name: passkeyTexts.renameOf("Laptop") }).click();
    await section.getByLabel(passkeyTexts.name, { exact: true }).fill("");
    await button(page, passkeyTexts.save).click();
    await section.getByText(passkeyTexts.nameMissing).waitFor();
    await section.getByLabel(passkeyTexts.name, { exact: true }).fill("Old laptop");
    await button(page, passkeyTexts.save).click();
    await section.getByRole("listitem").getByText("Old laptop").waitFor();
    await signOut(ben);
    await button(page, signIn.withPasskey).click();
    await page.getByRole("heading", { name: "Notes" }).waitFor();
    expect((await ben.client.me()).id).toBe(ben.id);
    // From here on, the authenticator does not verify its user. The passkey is then only one factor, so the sign-in must fail.
    await signOut(ben);
    await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    // The button is enabled again when the authenticator has refused.
    await Promise.all([page.waitForResponse(/\/passkey\/start$/), button(page, signIn.withPasskey).click()]);
    await expect.poll(() => button(page, signIn.withPasskey).isEnabled()).toBe(true);
    await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
    await givePassword(ben);
    await page.getByRole("heading", { name: "Notes" }).waitFor();
    await page.goto("/settings/security");
    await section.getByRole("button", { name: passkeyTexts.removeOf("Old laptop") }).click();
    await button(page, passkeyTexts.remove).click();
    await page.getByText(passkeyTexts.none).waitFor();
    await signOut(ben);
    await button(page, signIn.withPasskey).click();
    await page.getByText("This passkey was not accepted.").waitFor();
  });

  it("requirement 56: an account with two-step sign-in asks for a code before a new passkey", async () => {
    const dora = await web.person("Dora", from("10.4.0.4"));
    const { page, context, watch } = dora;
    watch.expect(/^403 POST .*passkeys/);
    await addAuthenticator(await context.newCDPSession(page));
    await page.goto("/settings/security");
    const code = await turnOnSecondFactor(dora);
    await page.reload();
    const section = page.getByRole("region", { name: passkeyTexts.title });
    await button(page, passkeyTexts.add).click();
    await section.getByLabel(passkeyTexts.name, { exact: true }).fill("Phone");
    await section.getByLabel(secondFactorTexts.password).fill(PASSWORD);
    const field = section.getByLabel(secondFactorTexts.code, { exact: true });
    await field.fill("000000");
    await button(page, passkeyTexts.create).click();
    await section.getByText(secondFactorTexts.wrongCode).waitFor();
    await field.fill(code(STEP_MS));
    await button(page, passkeyTexts.create).click();
    await section.getByRole("listitem").getByText("Phone").waitFor();
  });

  it("requirement 57: a deleted account stays closed until its owner cancels the deletion", async () => {
    const carl = await web.person("Carl", from("10.4.0.3"));
    const { page, watch } = carl;
    watch.expect(/^403 POST .*sign-in/);
    await seedNote(carl.client, { title: "Contract" });
    await page.goto("/settings/account");
    await button(page, deleteAccountTexts.open).click();
    await page.getByText("1 note", { exact: true }).waitFor();
    const section = page.getByRole("region", { name: deleteAccountTexts.title });
    await section.getByLabel(secondFactorTexts.password).fill(PASSWORD);
    await button(page, deleteAccountTexts.action).click();
    await page.getByRole("heading", { name: signIn.title }).waitFor();
    await button(page, "Deutsch").click();
    await page.getByRole("heading", { name: german.signIn.title }).waitFor();
    await page.getByLabel(german.email).fill(carl.email);
    await page.getByLabel(german.password, { exact: true }).fill(PASSWORD);
    await button(page, german.signIn.action).click();
    await page.getByRole("heading", { name: german.closedAccount.title }).waitFor();
    await button(page, german.closedAccount.keep).click();
    await page.getByRole("link", { name: "Contract" }).waitFor();
  });
});
