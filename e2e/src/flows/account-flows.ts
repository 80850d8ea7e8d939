import { TOTP } from "otpauth";
import { expect } from "vitest";
import { TEST_PASSWORD } from "../../../packages/server/src/testing/auth/account-client.ts";
import { accountTexts } from "../../../packages/web/src/texts/en/accounts.ts";
import { recovery } from "../../../packages/web/src/texts/en/recovery.ts";
import type { Flow } from "./place.ts";

const NEW_PASSWORD = "another horse battery staple";

export const accountFlows: Record<string, Flow> = {
  async "Confirm an email address"(walk) {
    const person = await walk.signUp();
    const { userId: id, email } = person;
    const asked = await walk.post("request-email-proof", {}, person.cookie);
    if (walk.hasMail) {
      const token = await walk.mailedToken(email, "confirm-email");
      expect((await walk.post("prove-email", { token }, person.cookie)).code).toBe(200);
    } else {
      expect(asked.code).toBe("mail_disabled");
      const identity = { id, email, name: "Mia", emailProvenBy: "operator" } as const;
      await walk.service.useCases.rememberForOperator(identity, "person.email_proven");
    }
    expect((await person.send("GET /me")).body.emailProven).toBe(true);
    walk.reach(walk.hasMail ? "The link of the mail confirms it" : "`valetkey user prove` confirms it");
  },

  async "Forget the password"(walk) {
    const person = await walk.signUp();
    const root = await walk.administrator();
    const asked = await walk.post("request-password-reset", { email: person.email });
    let token = "";
    if (walk.hasMail) token = await walk.mailedToken(person.email, "new-password");
    else {
      expect(asked.code).toBe("mail_disabled");
      expect(recovery.forgot.askOperator).toContain("Ask the person who runs this service for a link");
      walk.reach("The page says to ask for a link");
      token = new URL((await root.send(`POST /admin/people/${person.userId}/reset-link`)).body.url).hash.slice(1);
    }
    expect((await walk.post("reset-password", { token, newPassword: NEW_PASSWORD })).code).toBe(200);
    expect((await person.signIn({ password: NEW_PASSWORD })).code).toBe(200);
    walk.reach(walk.hasMail ? "The link of the mail sets a new one" : "A link of the administrator sets a new one");
  },

  async "Change the email address"(walk) {
    const person = await walk.signUp();
    const newEmail = walk.newEmail();
    const asked = await walk.post("request-email-change", { newEmail, password: TEST_PASSWORD }, person.cookie);
    if (walk.hasMail) {
      const token = await walk.mailedToken(newEmail, "new-email");
      expect((await walk.post("confirm-email-change", { token }, person.cookie)).code).toBe(200);
    } else {
      expect(asked.code).toBe("mail_disabled");
      expect(accountTexts.account.changeCommand(person.email)).toContain("valetkey user email");
      await walk.service.useCases.changeEmailOf(undefined, person.userId, newEmail);
    }
    expect((await person.signIn({ email: newEmail })).code).toBe(200);
    walk.reach(walk.hasMail ? "The link of the mail changes it" : "`valetkey user email` changes it");
  },

  async "See a sign-in from a new browser"(walk) {
    const person = await walk.signUp();
    const other = await person.signIn();
    const { body: sessions } = await person.send("GET /auth/list-sessions");
    expect(sessions).toHaveLength(2);
    expect((await walk.post("revoke-other-sessions", {}, person.cookie)).code).toBe(200);
    expect((await walk.browserOf(other.cookie)("GET /me")).status).toBe(401);
    walk.reach("The settings show it, and sign it out");
  },

  async "Lose the second factor"(walk) {
    const person = await walk.signUp();
    const { secret } = (await walk.post("second-factor/start", { password: TEST_PASSWORD }, person.cookie)).body;
    const code = new TOTP({ secret }).generate();
    const { recoveryCodes } = (await walk.post("second-factor/confirm", { code }, person.cookie)).body;
    expect((await person.signIn()).code).toBe("second_factor_required");
    expect((await person.signIn({ code: recoveryCodes[0] })).code).toBe(200);
    walk.reach("A recovery code signs in");
    expect(accountTexts.signIn.codeFieldHint).toContain("If you have neither, ask the administrator.");
    await walk.service.useCases.removeSecondFactorOf(undefined, person.userId);
    expect((await person.signIn()).code).toBe(200);
    walk.reach("A recovery code signs in, or `valetkey user two-factor off` helps");
  },

  async "The account is disabled"(walk) {
    const [person, root] = [await walk.signUp(), await walk.administrator()];
    const change = (isDisabled: boolean) => root.send(`PATCH /admin/people/${person.userId}`, { isDisabled });
    await change(true);
    expect((await person.send("GET /me")).status).toBe(401);
    const refused = (await person.signIn()).code as keyof typeof accountTexts.failures;
    expect(accountTexts.failures[refused]).toContain("Ask the administrator to enable it.");
    walk.reach("The sign-in says to ask the administrator");
    await change(false);
    expect((await person.signIn()).code).toBe(200);
    walk.reach("The administrator enables it, and the person signs in");
  },

  async "Delete the account, and return"(walk) {
    const owner = await walk.owner();
    expect((await walk.post("delete-account", { password: TEST_PASSWORD }, owner.cookie)).code).toBe(200);
    if (walk.hasMail) expect((await walk.mailTo(owner.email))?.text).toContain("keep the account");
    expect((await owner.signIn()).code).toBe("account_closed");
    walk.reach("The sign-in offers to keep the account");
    const kept = await owner.signIn({ keepAccount: true });
    expect((await walk.browserOf(kept.cookie)(`GET /notes/${owner.noteId}`)).status).toBe(200);
    walk.reach(walk.hasMail ? "A mail says how, and a sign-in keeps it" : "A sign-in keeps it");
  },
};
