import { describe, expect, it } from "vitest";
import { accountClient, TEST_PASSWORD } from "../../../testing/auth/account-client.ts";
import { createMailbox, useUpMailsOfDay } from "../../../testing/auth/mailbox.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { useService } from "../../../testing/use-service.ts";
import { administrationQueries } from "../../administration/queries.ts";
import { peopleQueries } from "../../people/queries.ts";

const HOUR_MS = 3_600_000;

describe.each(engines)("requirement 55: a change of the email address on $name", (engine) => {
  const mailbox = createMailbox();
  const service = useService({ engine, hasAccounts: true, mailer: mailbox.mailer });
  const { post, signUp, statusOf } = accountClient(service);

  async function person(name: string) {
    const account = await signUp(name);
    await service.sendMails();
    const ask = (newEmail: string, password = TEST_PASSWORD) =>
      post("request-email-change", { newEmail, password }, account.cookie);
    const confirm = (token: string) => post("confirm-email-change", { token }, account.cookie);
    return {
      ...account,
      ask,
      confirm,
      async tokenFor(newEmail: string) {
        expect((await ask(newEmail)).code).toBe(200);
        await service.sendMails();
        return mailbox.tokenTo(newEmail, "new-email");
      },
    };
  }
  const holderOf = (email: string) => peopleQueries(service.db).findByEmails([email]);

  it("a new email address works only after its confirmation", async () => {
    const ann = await person("ann");
    const noteId = (await service.as("owner").send("POST /notes", { json: { title: "For Ann" } })).body.id;
    await service.as("owner").send(`PUT /notes/${noteId}/shares`, { json: { emails: ["anna@example.com"] } });
    const token = await ann.tokenFor("anna@example.com");
    expect((await ann.signIn()).status).toBe(200);
    expect((await ann.confirm(token)).code).toBe(200);
    expect((await ann.signIn()).code).toBe("unauthenticated");
    expect((await post("sign-in/email", { email: "anna@example.com", password: TEST_PASSWORD })).status).toBe(200);
    expect(await holderOf("anna@example.com")).toMatchObject([{ id: ann.userId, isProven: true }]);
    expect(await holderOf(ann.email)).toEqual([]);
    expect(await service.holdersOf(noteId)).toEqual([ann.userId]);
    await service.sendMails();
    expect(mailbox.to(ann.email).map(({ subject }) => subject)).toContain("Your email address was changed");
    expect(await statusOf(ann.cookie)).toBe(200);
    expect((await ann.confirm(token)).code).toBe("account_link_invalid");
  });

  it("the mail about a changed email address ignores the daily limit of mails", async () => {
    const kim = await person("kim");
    const token = await kim.tokenFor("kim2@example.com");
    await useUpMailsOfDay(service, kim.email);
    expect((await kim.confirm(token)).code).toBe(200);
    await service.sendMails();
    expect(mailbox.to(kim.email).map(({ subject }) => subject)).toContain("Your email address was changed");
  });

  it("a change to another account's email address sends no mail and returns no error", async () => {
    const [ben, eve] = [await person("ben"), await person("eve")];
    const before = mailbox.to(ben.email).length;
    const [taken, free] = [await eve.ask(ben.email), await eve.ask("nobody@example.com")];
    expect([taken.status, taken.body]).toEqual([free.status, free.body]);
    await service.sendMails();
    expect(mailbox.to(ben.email)).toHaveLength(before);
    expect(mailbox.to("nobody@example.com")).toHaveLength(1);
    // The response stays the same after this email address has got too many mails.
    for (let time = 0; time < 3; time++) expect((await eve.ask(ben.email)).status).toBe(200);
    const refused = await eve.ask("other@example.com");
    expect([refused.code, refused.headers["retry-after"]]).toEqual(["rate_limited", expect.any(String)]);
  });

  it("the confirmation of an email address fails if another account has it meanwhile", async () => {
    const carl = await person("carl");
    const token = await carl.tokenFor("late@example.com");
    await signUp("late");
    expect((await carl.confirm(token)).code).toBe("email_taken");
    expect((await carl.signIn()).status).toBe(200);
  });

  it("a change of email address needs the password and a session of the account", async () => {
    const [dora, fred] = [await person("dora"), await person("fred")];
    expect((await dora.ask("x@example.com", "wrong horse battery")).code).toBe("wrong_password");
    expect((await dora.ask(dora.email)).code).toBe("invalid_request");
    expect((await dora.ask("no address")).code).toBe("invalid_request");
    const token = await dora.tokenFor("dora2@example.com");
    expect((await fred.confirm(token)).code).toBe("access_denied");
    expect((await post("confirm-email-change", { token })).code).toBe("unauthenticated");
    await dora.ask("dora3@example.com");
    const change = { currentPassword: TEST_PASSWORD, newPassword: "another horse battery" };
    const changed = await post("change-password", change, dora.cookie);
    expect((await post("confirm-email-change", { token }, changed.cookie)).code).toBe("account_link_invalid");
    // The change was requested with the old password, so the service does not send the waiting mail.
    await service.sendMails();
    expect(mailbox.to("dora3@example.com")).toEqual([]);
  });

  it("a change of the email address revokes reset links that the old address received", async () => {
    const gina = await person("gina");
    await post("request-password-reset", { email: gina.email });
    await service.sendMails();
    const reset = mailbox.tokenTo(gina.email, "new-password");
    expect((await gina.confirm(await gina.tokenFor("gina2@example.com"))).code).toBe(200);
    expect((await post("reset-password", { token: reset, newPassword: "another horse battery" })).status).toBe(410);
  });

  it("the link that confirms a new email address expires after a day", async () => {
    const hugo = await person("hugo");
    const token = await hugo.tokenFor("hugo2@example.com");
    service.advance(24 * HOUR_MS);
    expect((await hugo.confirm(token)).code).toBe("account_link_invalid");
  });

  it("an email address that the operator sets counts as proven", async () => {
    const iris = await person("iris");
    await service.useCases.changeEmailOf(undefined, iris.userId, "Iris2@example.com");
    expect(await holderOf("iris2@example.com")).toMatchObject([{ id: iris.userId, isProven: true }]);
    await expect(service.useCases.changeEmailOf(undefined, iris.userId, "hugo@example.com")).rejects.toMatchObject({
      code: "email_taken",
    });
    const { items } = await administrationQueries(service.db).listEvents({ limit: 10, cursor: undefined });
    expect(items.map(({ action, subjectId }) => [action, subjectId])).toEqual([["person.email_changed", iris.userId]]);
  });

  it("a sign-in during a change of the email address does not undo the change", async () => {
    const jane = await person("jane");
    await service.useCases.changeEmailOf(undefined, jane.userId, "jane2@example.com");
    service.advance(1_000);
    const readBefore = { id: jane.userId, email: jane.email, emailProvenBy: "oidc", name: "Jane" } as const;
    await service.useCases.rememberAccount(readBefore);
    expect(await holderOf("jane2@example.com")).toEqual([
      { id: jane.userId, email: "jane2@example.com", isProven: true },
    ]);
    expect(await holderOf(jane.email)).toEqual([]);
  });
});

describe("a change of the email address on a service without mail", () => {
  const [engine] = engines;
  const service = useService({ engine: engine as (typeof engines)[number], hasAccounts: true });
  it("a service without mail refuses to change an email address", async () => {
    const { signUp, post } = accountClient(service);
    const { cookie } = await signUp("ann");
    const json = { newEmail: "anna@example.com", password: TEST_PASSWORD };
    expect((await post("request-email-change", json, cookie)).code).toBe("mail_disabled");
  });
});
