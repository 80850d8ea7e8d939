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
};
