import { TOTP } from "otpauth";
import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../platform/database/queries.ts";
import { DomainError } from "../../../platform/errors.ts";
import { accountClient, ORIGIN, TEST_PASSWORD } from "../../../testing/auth/account-client.ts";
import { createAuthenticator } from "../../../testing/auth/authenticator.ts";
import { openBrowser } from "../../../testing/auth/browser.ts";
import { createMailbox, useUpMailsOfDay } from "../../../testing/auth/mailbox.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { withQueries } from "../../../testing/database/with-queries.ts";
import { startServiceInTest, useService } from "../../../testing/use-service.ts";
import { peopleQueries } from "../../people/queries.ts";

const DAY_MS = 86_400_000;
const NEW_SIGN_IN = "A new sign-in to your account";
const BROWSER_COOKIE = "__Host-valetkey.browser";

describe.each(engines)("requirement 59: mails that warn the owner of an account, on $name", (engine) => {
  const mailbox = createMailbox();
  let failLanguage = false;
  const fail = (db: Database): Database => ({
    ...db,
    built: withQueries(db, peopleQueries, {
      async setLanguage(...change) {
        if (failLanguage) throw new DomainError("storage_full", "The disk is full.");
        await peopleQueries(db).setLanguage(...change);
      },
    }),
  });
  const service = useService({ engine, hasAccounts: true, mailer: mailbox.mailer, wrap: { database: fail } });
  beforeEach(async () => {
    await service.database.db.kysely.deleteFrom("limit_counts").execute();
  });

  let nth = 0;
  async function person({ language = "en" } = {}) {
    nth += 1;
    const email = `person${nth}-${engine.name}@example.com`;
    const browser = openBrowser(service, { language });
    const made = await browser.post("sign-up/email", { email, name: "Ann", password: TEST_PASSWORD });
    expect(made.code).toBe(200);
    await service.sendMails();
    const signIn = (from = browser, extra: object = {}) =>
      from.post("sign-in/email", { email, password: TEST_PASSWORD, ...extra });
    const seen = new Map([[email, mailbox.to(email).length]]);
    /** Returns the mails since the last call, sorted by subject, because mails that are sent together have no fixed order. */
    async function mails(to = email) {
      await service.sendMails();
      const since = mailbox.to(to).slice(seen.get(to) ?? 0);
      seen.set(to, mailbox.to(to).length);
      return since.toSorted((a, b) => (a.subject < b.subject ? -1 : 1));
    }
    const subjects = async (to = email) => (await mails(to)).map(({ subject }) => subject);
    return { email, browser, userId: made.body.user.id as string, signIn, mails, subjects };
  }

  describe("a new sign-in", () => {
    it("the first sign-in from a browser causes a mail with the time and the IP address", async () => {
      const ann = await person();
      await ann.browser.signOut();
      expect((await ann.signIn()).code).toBe(200);
      expect(await ann.mails()).toEqual([]);
      const other = openBrowser(service);
      expect((await ann.signIn(other)).code).toBe(200);
      const [mail, ...more] = await ann.mails();
      expect([mail?.subject, more]).toEqual([NEW_SIGN_IN, []]);
      expect(mail?.text).toMatch(
        /^Time: \d+ \w+ \d{4} at \d\d:\d\d UTC\nBrowser: Firefox on Windows\nIP address: 10\.\d+\.8\.\d+$/m,
      );
      expect(mail?.text).toContain(`${ORIGIN}/settings`);
      expect(mail?.unsubscribeUrl).toBeUndefined();
      expect(mail?.html).not.toContain(other.cookies.get(BROWSER_COOKIE));
      await other.signOut();
      expect((await ann.signIn(other)).code).toBe(200);
      expect(await ann.mails()).toEqual([]);
    });

    it("the mail about a new sign-in contains no text of the User-Agent header", async () => {
      const ben = await person();
      for (const userAgent of ["Visit evil.example/now 1.0", ""]) await ben.signIn(openBrowser(service, { userAgent }));
      const mails = await ben.mails();
      expect(mails).toHaveLength(2);
      for (const { text, html } of mails) {
        expect(text).toContain("Browser: Unknown\n");
        expect(html).not.toContain("evil");
      }
    });

    it("a sign-in with a passkey or a second factor causes a mail to the account", async () => {
      const carl = await person();
      const authenticator = createAuthenticator();
      const { challenge } = (await carl.browser.post("passkeys/start", { password: TEST_PASSWORD })).body;
      await carl.browser.post("passkeys/add", { name: "Phone", response: authenticator.create({ challenge }) });
      const { secret } = (await carl.browser.post("second-factor/start", { password: TEST_PASSWORD })).body;
      const code = (aheadMs = 0) => new TOTP({ secret }).generate({ timestamp: Date.now() + aheadMs });
      await carl.browser.post("second-factor/confirm", { code: code() });
      await carl.mails();
      const [one, two] = [openBrowser(service), openBrowser(service)];
      const start = (await one.post("sign-in/passkey/start", {})).body;
      const response = authenticator.get({ challenge: start.challenge });
      expect((await one.post("sign-in/passkey", { response })).code).toBe(200);
      expect(await carl.subjects()).toEqual([NEW_SIGN_IN]);
      expect((await carl.signIn(two)).code).toBe("second_factor_required");
      expect((await carl.signIn(two, { code: "000000" })).code).toBe("wrong_second_factor");
      expect((await carl.signIn(two, { password: "wrong horse battery" })).code).toBe("unauthenticated");
      expect(await carl.mails()).toEqual([]);
      expect(two.cookies.has(BROWSER_COOKIE)).toBe(false);
      expect((await carl.signIn(two, { code: code(30_000) })).code).toBe(200);
      expect(await carl.subjects()).toEqual([NEW_SIGN_IN]);
    });

    it("each sign-in with rememberMe = false from an unknown browser causes a mail", async () => {
      const [iris, shared] = [await person(), openBrowser(service)];
      for (let each = 0; each < 2; each += 1) {
        expect((await iris.signIn(shared, { rememberMe: false })).code).toBe(200);
        expect(await iris.subjects()).toEqual([NEW_SIGN_IN]);
      }
    });

    it("another account's browser cookie does not prevent the mail about a sign-in", async () => {
      const [dora, emil] = [await person(), await person()];
      await dora.signIn(emil.browser);
      expect(await dora.subjects()).toEqual([NEW_SIGN_IN]);
      // Both accounts now know this browser, so the service sends no mail about this browser.
      await emil.signIn(emil.browser);
      await dora.signIn(emil.browser);
      expect([...(await dora.mails()), ...(await emil.mails())]).toEqual([]);
      const mark = emil.browser.cookies.get(BROWSER_COOKIE) ?? "";
      for (const bad of [
        mark.replaceAll(/-(.)/g, (_, first) => (first === "A" ? "-B" : "-A")),
        mark.replaceAll(/^\w|(?<=\.)\w/g, "z"),
        ".".repeat(3_000),
        "é%",
      ]) {
        emil.browser.cookies.set(BROWSER_COOKIE, bad);
        await service.database.db.kysely.deleteFrom("limit_counts").execute();
        expect((await dora.signIn(emil.browser)).code).toBe(200);
        expect([bad.slice(0, 20), await dora.subjects()]).toEqual([bad.slice(0, 20), [NEW_SIGN_IN]]);
      }
    });

    it("a known browser becomes unknown after a password change or 400 days", async () => {
      const fred = await person();
      const other = openBrowser(service);
      await fred.signIn(other);
      const changed = { currentPassword: TEST_PASSWORD, newPassword: "another horse battery" };
      expect((await fred.browser.post("change-password", changed)).code).toBe(200);
      expect(await fred.subjects()).toEqual([NEW_SIGN_IN, "Your password was changed"]);
      const password = changed.newPassword;
      await fred.signIn(fred.browser, { password });
      expect(await fred.mails()).toEqual([]);
      await fred.signIn(other, { password });
      expect(await fred.subjects()).toEqual([NEW_SIGN_IN]);
      service.advance(400 * DAY_MS);
      await fred.signIn(other, { password });
      expect(await fred.subjects()).toEqual([NEW_SIGN_IN]);
      service.advance(-400 * DAY_MS);
      for (let each = 0; each < 10; each += 1) await (await person()).signIn(other);
      expect(other.cookies.get(BROWSER_COOKIE)?.length).toBeLessThan(300);
    });

    it("an account gets at most three mails about new sign-ins in an hour", async () => {
      const gina = await person();
      await useUpMailsOfDay(service, gina.email);
      const browsers = Array.from({ length: 5 }, () => openBrowser(service));
      for (const browser of browsers) expect((await gina.signIn(browser)).code).toBe(200);
      expect(await gina.mails()).toHaveLength(3);
      // A browser does not become known if the limit prevented the mail about it.
      expect(browsers.map(({ cookies }) => (cookies.get(BROWSER_COOKIE) ?? "") !== "")).toEqual([
        ...[true, true, true],
        ...[false, false],
      ]);
    });

    it("mails about new sign-ins do not count in the limit of other account mails", async () => {
      const jill = await person();
      const hours = 4;
      for (let hour = 0; hour < hours; hour += 1) {
        for (let each = 0; each < 3; each += 1) await jill.signIn(openBrowser(service));
        service.advance(3_600_001);
      }
      expect(await jill.mails()).toHaveLength(10);
      const json = { currentPassword: TEST_PASSWORD, newPassword: TEST_PASSWORD };
      expect((await jill.browser.post("change-password", json)).code).toBe(200);
      expect(await jill.subjects()).toEqual(["Your password was changed"]);
      service.advance(-hours * 3_600_001);
    });

    it("a sign-in queues no mail if the service has no mail server", async () => {
      const silent = await startServiceInTest({ engine, hasAccounts: true });
      const hugo = await accountClient(silent).signUp("hugo");
      expect((await hugo.signIn()).status).toBe(200);
      expect(await silent.database.db.kysely.selectFrom("mails").selectAll().execute()).toEqual([]);
    });
  });

  it("each change of a password, passkey, second factor or email address causes a mail", async () => {
    const { browser, subjects, mails, email } = await person();
    const password = TEST_PASSWORD;
    const post = async (path: string, json: object) => {
      const sent = await browser.post(path, json);
      expect([path, sent.code]).toEqual([path, 200]);
      return sent.body;
    };
    const { challenge } = await post("passkeys/start", { password });
    const added = { name: "Phone", response: createAuthenticator().create({ challenge }) };
    const { id } = await post("passkeys/add", added);
    await post("passkeys/remove", { id });
    const { secret } = await post("second-factor/start", { password });
    await post("second-factor/confirm", { code: new TOTP({ secret }).generate() });
    await post("second-factor/recovery-codes", { password });
    await post("second-factor/remove", { password });
    await post("change-password", { currentPassword: password, newPassword: password });
    expect(await subjects()).toEqual([
      "A passkey was added",
      "A passkey was removed",
      "Two-step sign-in was turned off",
      "Two-step sign-in was turned on",
      "You have new recovery codes",
      "Your password was changed",
    ]);
    await post("request-password-reset", { email });
    await service.sendMails();
    const token = mailbox.tokenTo(email, "new-password");
    await post("reset-password", { token, newPassword: password });
    expect(await subjects()).toEqual(["Choose a new password", "Your password was reset"]);
    const newEmail = `new-${email}`;
    await post("request-email-change", { newEmail, password });
    await service.sendMails();
    await post("confirm-email-change", { token: mailbox.tokenTo(newEmail, "new-email") });
    expect(await subjects()).toEqual(["Your email address was changed"]);
    const [asked, changed] = await mails(newEmail);
    expect([asked?.subject, changed?.subject]).toEqual([
      "Confirm your new email address",
      "Your account has a new email address",
    ]);
    await post("delete-account", { password });
    await post("sign-in/email", { email: newEmail, password, keepAccount: true });
    const [kept] = await mails(newEmail);
    expect(kept?.subject).toBe("Your account stays");
    for (const { text = "", html = "" } of [kept, changed].flatMap((mail) => mail ?? [])) {
      expect(text).toMatch(/If (?:it was not you|you did not)/);
      expect(html).not.toMatch(/X-Amz|Signature=|unsubscribe/i);
    }
  });

  it("the service sends a mail that an earlier version queued", async () => {
    const { email } = await person();
    const row = { id: `earlier-${email}`, kind: "email-changed", email, detail: "{}", attempts: 0 } as const;
    const now = Date.now();
    await service.database.db.kysely
      .insertInto("mails")
      .values({ ...row, created_at: now, due_at: now })
      .execute();
    await service.sendMails();
    expect(mailbox.to(email).at(-1)?.subject).toBe("Your email address was changed");
  });

  it("a new API token causes a mail to its owner", async () => {
    const { userId, subjects } = await person();
    await service.useCases.createApiToken({ userId }, { label: "Backup", expiresAt: undefined });
    expect(await subjects()).toEqual(["An API token was made"]);
  });

  it("the removal of a second factor by an administrator causes a mail to the person", async () => {
    const { browser, userId, subjects } = await person();
    const { secret } = (await browser.post("second-factor/start", { password: TEST_PASSWORD })).body;
    await browser.post("second-factor/confirm", { code: new TOTP({ secret }).generate() });
    await subjects();
    await service.useCases.removeSecondFactorOf(undefined, userId);
    expect(await subjects()).toEqual(["Two-step sign-in was turned off"]);
  });

  describe("the language of account mails", () => {
    it("mails are in German for a person whose browser prefers German", async () => {
      const { email, browser, signIn, mails } = await person({ language: "de-AT,de;q=0.9,en;q=0.5" });
      expect(mailbox.to(email)[0]?.subject).toBe("Bestätigen Sie Ihre E-Mail-Adresse");
      await browser.signOut();
      await signIn(openBrowser(service, { language: "de" }));
      const [mail] = await mails();
      expect(mail?.subject).toBe("Eine neue Anmeldung bei Ihrem Konto");
      expect(mail?.text).toMatch(
        /^Zeit: \d+\. \p{L}+ \d{4} um \d\d:\d\d UTC\nBrowser: Firefox auf Windows\nIP-Adresse: /mu,
      );
      expect(mail?.html).toContain('<html lang="de">');
    });

    it("the language of mails follows the last language that the person chose", async () => {
      const { email, browser, userId, mails } = await person();
      browser.cookies.set("valetkey.language", "de");
      expect((await browser.send("GET /auth/get-session")).status).toBe(200);
      expect(await peopleQueries(service.db).languageOf(userId)).toBe("de");
      const plain = accountClient(service);
      const signedIn = await plain.post("sign-in/email", { email, password: TEST_PASSWORD });
      await plain.get("get-session", signedIn.cookie);
      expect((await mails()).at(-1)?.subject).toBe("Eine neue Anmeldung bei Ihrem Konto");
    });

    it("a request works even if the service can't record the person's language", async () => {
      const { browser, userId } = await person();
      browser.cookies.set("valetkey.language", "de");
      failLanguage = true;
      expect((await browser.send("GET /auth/get-session")).status).toBe(200);
      failLanguage = false;
      expect(await peopleQueries(service.db).languageOf(userId)).toBe("en");
    });

    it("a mail to a person without an account is in the language of the inviter", async () => {
      const { browser } = await person({ language: "de" });
      const { id } = (await browser.send("POST /notes", { title: "Plan" })).body;
      const [stranger, known] = [`stranger-${engine.name}@example.com`, await person()];
      await browser.send(`PUT /notes/${id}/shares`, { emails: [stranger, known.email] });
      await service.sendMails();
      expect(mailbox.to(stranger)[0]?.subject).toMatch(/ hat eine Notiz für Sie freigegeben$/);
      expect(mailbox.to(stranger)[0]?.text).toContain("Diese E-Mails abbestellen: ");
      expect(mailbox.to(known.email).at(-1)?.subject).toBe("Somebody shared a note with you");
    });
  });
});
