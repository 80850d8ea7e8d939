import { TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import type { Database } from "../../../platform/database/queries.ts";
import { createMailbox } from "../../../testing/auth/mailbox.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { withQueries } from "../../../testing/database/with-queries.ts";
import { startServiceInTest, useService } from "../../../testing/use-service.ts";
import { webhookQueries } from "../../outbox/webhook-queries.ts";
import { peopleQueries } from "../../people/queries.ts";
import { accountQueries } from "../queries/accounts.ts";

const origin = "https://files.example.com";
const PASSWORD = "correct horse battery";
const NEW_PASSWORD = "another horse battery";
const HOUR_MS = 3_600_000;

describe.each(engines)("a password reset on $name", (engine) => {
  let beforeLink = async (): Promise<void> => undefined;
  const observe = (db: Database): Database => ({
    ...db,
    built: withQueries(db, accountQueries, {
      async addLink(link) {
        await beforeLink();
        await accountQueries(db).addLink(link);
      },
    }),
  });
  const mailbox = createMailbox();
  const service = useService({ engine, hasAccounts: true, mailer: mailbox.mailer, wrap: { database: observe } });

  let nth = 0;
  /** Sends a POST request. Each call has a different IP address, because some routes limit the requests from one IP address. */
  async function post(path: string, json: object, headers: object = {}) {
    nth += 1;
    const response = await service.app.inject({
      method: "POST",
      url: `/auth${path}`,
      remoteAddress: `10.${Math.floor(nth / 250)}.0.${nth % 250}`,
      headers: { origin, ...headers },
      payload: json,
    });
    return { status: response.statusCode, body: response.json(), text: response.body, headers: response.headers };
  }

  const cookieOf = ({ headers }: { headers: Record<string, unknown> }) =>
    [headers["set-cookie"]].flat().map((line) => String(line).split(";", 1)[0])[0] ?? "";

  async function signUp(name: string, label = name) {
    const email = `${name}@example.com`;
    const signedUp = await post("/sign-up/email", { email, name: label, password: PASSWORD });
    expect(signedUp.status).toBe(200);
    const cookie = cookieOf(signedUp);
    const userId: string = signedUp.body.user.id;
    // This call sends the mail that proves the email address.
    await service.sendMails();
    return {
      email,
      userId,
      cookie,
      statusWithCookie: async (value = cookie) =>
        (await service.anonymous.send("GET /me", { headers: { cookie: value } })).status,
      async addCredentials() {
        const headers = { origin, cookie };
        const { body } = await service.anonymous.send("POST /tokens", { headers, json: { label: "x" } });
        const hook = { url: "https://hooks.example.com/files", events: ["upload.ready"] };
        await service.anonymous.send("POST /webhooks", { headers, json: hook });
        const authorization = `Bearer ${body.token}`;
        return {
          statusWithToken: async () => (await service.anonymous.send("GET /me", { headers: { authorization } })).status,
          countWebhooks: async () => (await webhookQueries(service.db).list(userId)).length,
        };
      },
      signIn: async (password: string) => (await post("/sign-in/email", { email, password })).status,
      /** Requests a reset link. Returns the token of the link. */
      async askForLink(): Promise<string> {
        // Sends the earlier mails about the account first.
        await service.sendMails();
        expect((await post("/request-password-reset", { email })).status).toBe(200);
        expect(await service.sendMails()).toBe(1);
        return mailbox.tokenTo(email, "new-password");
      },
    };
  }

  function mailTo(email: string) {
    const mail = mailbox.to(email).at(-1);
    if (mail === undefined) throw new Error(`No mail to ${email}`);
    return mail;
  }

  const reset = (token: string, change: object = {}) =>
    post("/reset-password", { token, newPassword: NEW_PASSWORD, ...change });

  it("a password reset replaces the password, ends all sessions and signs the user in", async () => {
    const ann = await signUp("ann");
    const token = await ann.askForLink();
    expect((await post("/check-password-reset", { token })).body).toEqual({ email: ann.email });
    const done = await reset(token);
    expect(done.status).toBe(200);
    expect(done.body).toMatchObject({ token: null, user: { id: ann.userId } });
    expect(await ann.statusWithCookie()).toBe(401);
    expect(await ann.statusWithCookie(cookieOf(done))).toBe(200);
    expect(await ann.signIn(PASSWORD)).toBe(401);
    expect(await ann.signIn(NEW_PASSWORD)).toBe(200);
  });

  it("a password reset by mail proves the email address", async () => {
    const bea = await signUp("bea");
    expect(await peopleQueries(service.db).findByEmails([bea.email])).toMatchObject([{ isProven: false }]);
    await reset(await bea.askForLink());
    expect(await peopleQueries(service.db).findByEmails([bea.email])).toMatchObject([
      { id: bea.userId, isProven: true },
    ]);
  });

  it("a password reset by mail gives the account the shares with its email address", async () => {
    const ben = await signUp("ben");
    const noteId = (await service.as("owner").send("POST /notes", { json: { title: "For Ben" } })).body.id;
    // A second user, from a JWT, has the same email address without a proof.
    await service.as("ben").send("GET /me");
    const link = await ben.askForLink();
    await service.as("owner").send(`PUT /notes/${noteId}/shares`, { json: { emails: [ben.email] } });
    expect(await service.holdersOf(noteId)).toEqual([]);
    await reset(link);
    expect(await service.holdersOf(noteId)).toEqual([ben.userId]);
  });

  it("a password reset revokes the API tokens if the email address is not proven", async () => {
    const squatter = await signUp("squatted");
    const ofSquatter = await squatter.addCredentials();
    await reset(await squatter.askForLink());
    expect([await ofSquatter.statusWithToken(), await ofSquatter.countWebhooks()]).toEqual([401, 0]);
    const carl = await signUp("carl");
    const ofCarl = await carl.addCredentials();
    await service.useCases.rememberPerson({
      id: carl.userId,
      email: carl.email,
      emailProvenBy: "operator",
      name: "Carl",
    });
    await reset(await carl.askForLink());
    expect([await ofCarl.statusWithToken(), await ofCarl.countWebhooks()]).toEqual([200, 1]);
    await reset(await carl.askForLink(), { revokeApiTokens: true });
    expect([await ofCarl.statusWithToken(), await ofCarl.countWebhooks()]).toEqual([401, 0]);
  });

  it("requirement 54: a password reset removes the second factor if the email is unproven", async () => {
    const squatter = await signUp("squatted-with-factor");
    const turnOn = async (cookie: string, password: string) => {
      const { secret } = (await post("/second-factor/start", { password }, { cookie })).body;
      const code = new TOTP({ secret }).generate();
      expect((await post("/second-factor/confirm", { code }, { cookie })).status).toBe(200);
    };
    await turnOn(squatter.cookie, PASSWORD);
    const cookie = cookieOf(await reset(await squatter.askForLink()));
    expect(await squatter.statusWithCookie(cookie)).toBe(200);
    await turnOn(cookie, NEW_PASSWORD);
    await reset(await squatter.askForLink());
    expect(await squatter.signIn(NEW_PASSWORD)).toBe(403);
  });

  it("requirement 55: a password reset fails after a change of the email address", async () => {
    const { email, userId } = await signUp("moved");
    await post("/request-password-reset", { email });
    beforeLink = async () => {
      beforeLink = async () => undefined;
      await service.useCases.changeEmailOf(undefined, userId, "moved-on@example.com");
    };
    await service.sendMails();
    expect((await accountQueries(service.db).find(userId))?.email).toBe("moved-on@example.com");
    expect(mailbox.mails.findLast(({ text }) => text.includes("/new-password"))?.to).toBe(email);
    expect((await reset(mailbox.tokenTo(email, "new-password"))).status).toBe(410);
  });

  it("a password reset revokes the links of the account if the email address is not proven", async () => {
    const makeLink = async ({ cookie }: { cookie: string }) => {
      const headers = { origin, cookie };
      const note = await service.anonymous.send("POST /notes", { headers, json: { title: "Plan" } });
      const json = { expiresAt: null };
      const { body } = await service.anonymous.send(`POST /notes/${note.body.id}/links`, { headers, json });
      return {
        id: body.id,
        isOpen: async () =>
          (await service.anonymous.send(`GET /public/links/${new URL(body.url).pathname.split("/").at(-1)}`)).status ===
          200,
      };
    };
    const squatter = await signUp("squatted-too");
    const link = await makeLink(squatter);
    expect(await link.isOpen()).toBe(true);
    const cookie = cookieOf(await reset(await squatter.askForLink()));
    expect(await link.isOpen()).toBe(false);
    const events = await service.anonymous.send(`GET /links/${link.id}/events`, { headers: { cookie } });
    expect(events.body.items[0]).toMatchObject({ action: "link.revoked", actorId: squatter.userId });
    const kept = await makeLink({ cookie });
    await reset(await squatter.askForLink());
    expect(await kept.isOpen()).toBe(true);
  });

  it("a password reset link works once, even for two parallel requests", async () => {
    const dora = await signUp("dora");
    const token = await dora.askForLink();
    const both = await Promise.all([reset(token), reset(token, { newPassword: "a third horse battery" })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
    const again = await reset(token);
    expect([again.status, again.body.code]).toEqual([410, "account_link_invalid"]);
    expect((await post("/check-password-reset", { token })).status).toBe(410);
  });

  it.each(["another link", "the change form"])(
    "a password reset link stops working after the password is changed with %s",
    async (way) => {
      const name = way === "another link" ? "emil" : "finn";
      const person = await signUp(name);
      const token = await person.askForLink();
      if (way === "another link") await reset(await person.askForLink());
      else {
        const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
        expect((await post("/change-password", change, { cookie: person.cookie })).status).toBe(200);
      }
      expect((await reset(token)).status).toBe(410);
    },
  );

  it("a password reset link expires after an hour", async () => {
    const gil = await signUp("gil");
    const token = await gil.askForLink();
    service.advance(HOUR_MS - 60_000);
    expect((await post("/check-password-reset", { token })).status).toBe(200);
    await service.useCases.disableUser(gil.userId);
    expect((await reset(token)).status).toBe(410);
    const received = mailbox.to(gil.email).length;
    await post("/request-password-reset", { email: gil.email });
    await service.sendMails();
    expect(mailbox.to(gil.email)).toHaveLength(received);
    await service.useCases.enableUser(gil.userId);
    service.advance(61_000);
    expect((await reset(token)).status).toBe(410);
    await service.useCases.deleteExpiredAccountLinks();
    const rows = service.database.db.kysely
      .selectFrom("account_links")
      .select("user_id")
      .where("user_id", "=", gil.userId);
    expect(await rows.where("kind", "=", "password-reset").execute()).toEqual([]);
  });

  it("a password reset lets the owner sign in after too many wrong passwords", async () => {
    const hal = await signUp("hal");
    for (let time = 0; time < 10; time++) await hal.signIn(`wrong password ${time}`);
    expect(await hal.signIn(PASSWORD)).toBe(429);
    await reset(await hal.askForLink());
    expect(await hal.signIn(NEW_PASSWORD)).toBe(200);
  });

  it("invented tokens and short passwords do not use up a password reset link", async () => {
    const ida = await signUp("ida");
    const token = await ida.askForLink();
    for (const wrong of ["", "x".repeat(43), `${token}x`, "'; drop table mails; --"]) {
      expect((await reset(wrong)).status).toBe(410);
    }
    expect((await post("/reset-password", { newPassword: NEW_PASSWORD })).status).toBe(400);
    expect((await reset(token, { newPassword: "short" })).status).toBe(400);
    expect((await reset(token)).status).toBe(200);
  });

  it("requirement 42: a reset request gets the same response for an unknown email address", async () => {
    const { email } = await signUp("jan");
    const known = await post("/request-password-reset", { email });
    const unknown = await post("/request-password-reset", { email: "nobody@example.com" });
    const [id, kind] = ["x-request-id", "date"];
    const shown = ({ status, text, headers }: typeof known) => ({
      status,
      text,
      headers: { ...headers, [id]: "", [kind]: "" },
    });
    expect(shown(unknown)).toEqual(shown(known));
    const mails = await service.database.db.kysely
      .selectFrom("mails")
      .select(["kind", "email"])
      .orderBy("email")
      .execute();
    expect(mails).toEqual([email, "nobody@example.com"].map((each) => ({ kind: "password-reset", email: each })));
    const sent = mailbox.mails.length;
    expect(await service.sendMails()).toBe(1);
    expect(mailbox.mails.slice(sent).map(({ to }) => to)).toEqual([email]);
    expect(await service.database.db.kysely.selectFrom("mails").selectAll().execute()).toEqual([]);
  });

  it("requirement 43: an email address gets at most three reset mails in an hour", async () => {
    const { email } = await signUp("kim");
    const sent = mailbox.mails.length;
    for (let time = 0; time < 20; time++) {
      const spelled = time % 2 === 0 ? email : ` ${email.toUpperCase()} `;
      const answer = await post("/request-password-reset", { email: spelled });
      expect([answer.status, answer.body]).toEqual([200, { status: true }]);
    }
    await service.sendMails();
    expect(mailbox.mails.length - sent).toBe(3);
    service.advance(HOUR_MS);
    await post("/request-password-reset", { email });
    expect(await service.sendMails()).toBe(1);
  });

  it("requirement 30: one IP address can request at most ten password resets in a minute", async () => {
    const statuses: number[] = [];
    for (let time = 0; time < 12; time++) {
      const url = "/auth/request-password-reset";
      const payload = { email: `nobody-${time}@example.com` };
      const { statusCode } = await service.app.inject({ method: "POST", url, headers: { origin }, payload });
      statuses.push(statusCode);
    }
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(statuses.slice(10)).toEqual([429, 429]);
    await service.sendMails();
  });

  it("requirement 26: the host of a password reset link comes only from PUBLIC_URL", async () => {
    const { email } = await signUp("lea");
    const forged = { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" };
    const elsewhere = { email, redirectTo: "https://evil.example/" };
    expect((await post("/request-password-reset", elsewhere, forged)).status).toBe(200);
    await service.sendMails();
    const mail = mailTo(email);
    expect(JSON.stringify(mail)).not.toContain("evil.example");
    expect(mail.text).toMatch(/^https:\/\/files\.example\.com\/new-password#[\w-]{43}$/m);
    expect([...new Set(mail.html.match(/https?:[^"<]+/g))]).toEqual([
      expect.stringMatching(/^https:\/\/files\.example\.com\//),
    ]);
  });

  it("the mail of a password reset does not contain the name of the account", async () => {
    const { email } = await signUp("mia", "Your account is locked, see https://evil.example");
    expect(JSON.stringify(mailTo(email))).not.toContain("evil");
    await post("/request-password-reset", { email });
    await service.sendMails();
    expect(JSON.stringify(mailTo(email))).not.toContain("evil");
  });

  it("requirement 28: the log does not contain the token of a password reset link", async () => {
    const nia = await signUp("nia");
    const token = await nia.askForLink();
    await post("/check-password-reset", { token });
    await reset(token);
    await reset(token);
    expect(service.log()).not.toContain(token);
  });

  it("the log records the cause of each password reset, without the email address", async () => {
    const [ola, per] = [await signUp("ola"), await signUp("per")];
    await reset(await ola.askForLink());
    await reset((await service.useCases.makeResetLink(undefined, per.userId)).token);
    const lines = service
      .log()
      .split("\n")
      .filter((line) => line.includes("the password was reset"));
    const of = ({ userId }: { userId: string }) => lines.filter((line) => line.includes(userId));
    expect(of(ola)).toEqual([expect.stringContaining("link from a mail")]);
    expect(of(per)).toEqual([expect.stringContaining("link of the operator")]);
    expect(lines.join()).not.toContain("@example.com");
  });

  it("the service refuses a password reset from a page of another site", async () => {
    const { email } = await signUp("ole");
    const answer = await post("/request-password-reset", { email }, { origin: "https://evil.example" });
    expect([answer.status, answer.body.code]).toEqual([403, "cross_site_request"]);
  });

  it("a password reset link from the operator proves no email address", async () => {
    const pia = await signUp("pia");
    const { statusWithToken } = await pia.addCredentials();
    const { token } = await service.useCases.makeResetLink(undefined, pia.userId);
    service.advance(24 * HOUR_MS - 60_000);
    expect((await reset(token)).status).toBe(200);
    expect(await statusWithToken()).toBe(200);
    expect(await peopleQueries(service.db).findByEmails([pia.email])).toMatchObject([{ isProven: false }]);
  });
});

describe("a password reset on a service without mail", () => {
  it("a service without mail refuses to send the link of a password reset", async () => {
    const [engine] = engines as [(typeof engines)[number]];
    const service = await startServiceInTest({ engine, hasAccounts: true });
    const json = { email: "ann@example.com" };
    const { status, body } = await service.anonymous.send("POST /auth/request-password-reset", { json });
    expect([status, body.code]).toEqual([403, "mail_disabled"]);
  });
});
