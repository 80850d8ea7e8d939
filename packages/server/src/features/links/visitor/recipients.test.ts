import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSmtp } from "../../../platform/mailer/smtp.ts";
import { smtpOptions, startSmtpServer } from "../../../platform/mailer/testing/smtp-server.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { storeLink, tokenOfLink, visitorOf } from "../../../testing/link-visits.ts";
import { recordCalls } from "../../../testing/record-calls.ts";
import type { ServiceOptions } from "../../../testing/service.ts";
import { startServiceInTest, useService } from "../../../testing/use-service.ts";
import { takeCodeLimits } from "../../outbox/queue-mail.ts";
import { linkQueries } from "../queries/links.ts";

const PASSWORD = "open sesame";

let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
beforeAll(async () => {
  smtp = await startSmtpServer();
});
afterAll(() => smtp.stop());
const mailer: ServiceOptions["mailer"] = { send: (...mail) => createSmtp(smtpOptions(smtp)).send(...mail) };

describe.each(engines)("requirement 51: links with recipients, on $name", (engine) => {
  const calls: string[] = [];
  const service = useService({ engine, mailer, wrap: { database: (db) => recordCalls(db, calls) } });
  const ann = service.as("ann");
  beforeEach(async () => {
    for (const table of ["mails", "limit_counts"] as const)
      await service.database.db.kysely.deleteFrom(table).execute();
  });

  const newEmail = () => `${uuidv7()}@example.com`;
  const mailsTo = (email: string) => smtp.mails.filter(({ recipients }) => recipients.includes(email));
  const claimsOf = async (linkId: string) => (await linkQueries(service.db).find(linkId))?.link.claims;

  function visit(token: string, { ip }: { ip?: string } = {}) {
    const visitor = visitorOf(service.app, { ...(ip && { ip }) });
    const post = (path: string, json: object) => visitor.send(`POST /public/links/${token}/${path}`, { json });
    return {
      ...visitor,
      request: (email: string) => post("codes", { email }),
      prove: (email: string, code: string) => post("email", { email, code }),
    };
  }

  /** Requests a code, and returns the code that the mail contains. */
  async function codeFor(visitor: ReturnType<typeof visit>, email: string): Promise<string> {
    expect((await visitor.request(email)).status).toBe(204);
    expect(await service.sendMails()).toBe(1);
    const [, code = ""] = /^(\d{4} \d{4})$/m.exec(mailsTo(email.toLowerCase()).at(-1)?.parsed.text ?? "") ?? [];
    expect(code).not.toBe("");
    return code;
  }

  async function open(given: Parameters<typeof storeLink>[1] = {}) {
    const email = newEmail();
    const stored = await storeLink(service.db, { recipients: [email, newEmail()], ...given });
    return { ...stored, email, maria: visit(stored.token) };
  }

  it("a link with recipients opens after the visitor enters the code from a mail", async () => {
    const { token, link, email, maria } = await open();
    expect((await maria.look(token)).body).toEqual({ state: "locked", by: "email" });
    expect((await maria.claim(token)).body).toMatchObject({ status: 403, code: "recipient_required" });
    const code = await codeFor(maria, email.toUpperCase().replace("EXAMPLE", "example"));
    expect(mailsTo(email)[0]?.raw).not.toMatch(/file-0|tax office|unsubscribe/i);
    expect((await maria.prove(email, code)).status).toBe(204);
    expect((await maria.look(token)).body).toMatchObject({ state: "open" });
    const { claimId } = (await maria.claim(token)).body;
    expect((await maria.urls(token, claimId)).status).toBe(200);
    const { items } = (await ann.send(`GET /links/${link.id}/events`)).body;
    const claimed = items.find(({ action }: { action: string }) => action === "link.claimed");
    expect(claimed.detail).toMatchObject({ email });
    expect((await visit(token).look(token)).body).toEqual({ state: "locked", by: "email" });
  });

  it("a link with recipients responds to an unlisted email address as to a listed one", async () => {
    const { token, email } = await open();
    const answers = [];
    for (const address of [email, newEmail()]) {
      const visitor = visit(token);
      calls.length = 0;
      const [requested, proven] = [await visitor.request(address), await visitor.prove(address, "12345678")];
      const headers = [requested, proven].map((answer) => Object.keys(answer.headers).sort());
      const { requestId: _, ...refusal } = proven.body;
      answers.push({ status: requested.status, text: requested.text, refusal, headers, calls: [...calls] });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.calls).toContain("mails.insert");
    expect(await service.sendMails()).toBe(1);
    expect(mailsTo(email)).toHaveLength(1);
  });

  it("the code for a link with recipients works once, for one email address", async () => {
    const { link, token, email, maria } = await open();
    const other = await storeLink(service.db, { recipients: [...link.recipients] });
    const code = await codeFor(maria, email);
    const [, another = ""] = link.recipients;
    for (const [visitor, address] of [
      [visit(other.token), email],
      [maria, another],
    ] as const) {
      expect((await visitor.prove(address, code)).body).toMatchObject({ status: 403, code: "wrong_code" });
    }
    const both = await Promise.all([maria.prove(email, code), visit(token).prove(email, code)]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 403]);
  });

  it("a client's wrong codes do not lock the code of another visitor", async () => {
    const { email, maria, token } = await open();
    const code = await codeFor(maria, email);
    const wrong = code === "1111 1111" ? "22222222" : "11111111";
    const stranger = visit(token, { ip: "198.51.100.5" });
    const tries = Array.from({ length: 11 }, () => stranger.prove(email, wrong));
    expect((await Promise.all(tries)).map(({ status }) => status).sort()).toEqual([...Array(10).fill(403), 429]);
    expect((await maria.prove(email, code)).status).toBe(204);
  });

  it("a wrong code does not change the stored code of a link with recipients", async () => {
    const { email, maria, token } = await open();
    await codeFor(maria, email);
    const { kysely } = service.database.db;
    const read = () => kysely.selectFrom("link_codes").selectAll().where("email", "=", email).execute();
    const before = await read();
    expect((await visit(token).prove(email, "12345678")).status).toBe(403);
    expect(await read()).toEqual(before);
  });

  it("a stranger can't use up the ten codes that an email address can get in an hour", async () => {
    const email = newEmail();
    const links = [];
    for (let nth = 0; nth < 12; nth += 1) {
      const [other, own] = [
        await storeLink(service.db, { recipients: [newEmail()] }),
        await open({ recipients: [email] }),
      ];
      expect((await visit(other.token).request(email)).status).toBe(204);
      links.push(own);
    }
    expect(await service.sendMails()).toBe(0);
    for (const { token } of links) await visit(token).request(email);
    expect(await service.sendMails()).toBe(10);
  });

  it("an email address gets at most twenty codes for links a day", async () => {
    const email = newEmail();
    for (let nth = 0; nth < 20; nth += 1) {
      const at = Date.now() - (nth < 10 ? 3 : 1.5) * 3_600_000;
      await takeCodeLimits({ clock: () => at }, service.db, email);
    }
    const { token } = await open({ recipients: [email] });
    await visit(token).request(email);
    expect(await service.sendMails()).toBe(0);
  });

  it("the mail with the code for a link is in the language of the visitor", async () => {
    const { email, maria, token } = await open();
    const headers = { "accept-language": "fr, de;q=0.5" };
    await maria.send(`POST /public/links/${token}/codes`, { json: { email }, headers });
    await service.sendMails();
    expect(mailsTo(email)[0]?.parsed.subject).toBe("Ihr Code für einen Link");
  });

  it("one client can request at most ten codes and try at most ten codes of a link", async () => {
    const { email, maria, token } = await open();
    for (let nth = 0; nth < 10; nth += 1) {
      expect((await maria.request(email)).status).toBe(204);
      expect((await maria.prove(email, "11111111")).status).toBe(403);
    }
    for (const refused of [await maria.request(email), await maria.prove(email, "11111111")]) {
      expect(refused.body).toMatchObject({ status: 429, code: "rate_limited" });
    }
    expect(await service.sendMails()).toBe(3);
    expect((await visit(token, { ip: "198.51.100.77" }).request(email)).status).toBe(204);
  });

  it("a code for a link expires after 15 minutes, and a visitor's proof after a day", async () => {
    const { token, email, link, maria } = await open({ expiresAt: Date.now() + 3 * 86_400_000 });
    const { kysely } = service.database.db;
    const code = await codeFor(maria, email);
    await kysely.updateTable("link_codes").set({ expires_at: Date.now() }).where("link_id", "=", link.id).execute();
    expect((await maria.prove(email, code)).status).toBe(403);
    expect((await maria.prove(email, await codeFor(maria, email))).status).toBe(204);
    await kysely.updateTable("link_visitors").set({ expires_at: Date.now() }).where("link_id", "=", link.id).execute();
    expect((await maria.look(token)).body).toEqual({ state: "locked", by: "email" });
    await service.useCases.deleteExpiredCodes();
    for (const table of ["link_codes", "link_visitors"] as const) {
      expect(await kysely.selectFrom(table).selectAll().where("link_id", "=", link.id).execute()).toEqual([]);
    }
  });

  it("a link with recipients asks for the password before the email address", async () => {
    const { token, email, maria } = await open({ password: PASSWORD });
    expect((await maria.look(token)).body).toEqual({ state: "locked", by: "password" });
    for (const early of [await maria.request(email), await maria.prove(email, "12345678")]) {
      expect(early.body.code).toBe("wrong_password");
    }
    await maria.unlock(token, PASSWORD);
    expect((await maria.look(token)).body).toEqual({ state: "locked", by: "email" });
    expect((await maria.prove(email, await codeFor(maria, email))).status).toBe(204);
    expect((await maria.claim(token)).status).toBe(201);
  });

  it("a removed recipient of a link gets no access, even with an open download claim", async () => {
    const { token, link, email, maria } = await open();
    await maria.prove(email, await codeFor(maria, email));
    const { claimId } = (await maria.claim(token)).body;
    const [, other = ""] = link.recipients;
    const edited = await ann.send(`PATCH /links/${link.id}`, { json: { recipients: [other] } });
    expect(edited.body.recipients).toEqual([other]);
    for (const refused of [await maria.urls(token, claimId), await maria.claim(token)]) {
      expect(refused.body).toMatchObject({ status: 403, code: "recipient_required" });
    }
    expect(await claimsOf(link.id)).toBe(1);
    expect((await ann.send(`PATCH /links/${link.id}`, { json: { recipients: null } })).body.recipients).toBeNull();
    expect((await maria.claim(token)).status).toBe(201);
  });

  it("a link with recipients sends no code after the link is revoked", async () => {
    const { link, email, maria } = await open();
    await maria.request(email);
    await ann.send(`DELETE /links/${link.id}`);
    expect(await service.sendMails()).toBe(0);
    expect((await maria.request(email)).status).toBe(404);
  });

  it("neither the database nor the log contains the code of a link with recipients", async () => {
    const { email, maria } = await open();
    const code = await codeFor(maria, email);
    const stored = await service.database.db.kysely.selectFrom("link_codes").selectAll().execute();
    for (const text of [JSON.stringify(stored), service.log()]) {
      for (const secret of [code, code.replace(" ", "")]) expect(text).not.toContain(secret);
    }
  });

  it("without JavaScript, the page of a link with recipients uses no download claim", async () => {
    const { token, link, maria } = await open();
    for (const [call, status] of [
      ["GET", 200],
      ["POST", 403],
    ] as const) {
      const answer = await maria.send(`${call} /s/${token}/download`, {
        headers: { accept: "text/html" },
        ...(call === "POST" && { form: "confirm=yes" }),
      });
      expect([answer.status, answer.text]).toEqual([status, expect.stringContaining("certain people")]);
      expect(answer.text).not.toContain("file-0");
    }
    expect((await maria.send(`GET /s/${token}/download`)).text).toContain("prove your email address");
    expect(await claimsOf(link.id)).toBe(0);
  });

  describe("requests from the owner of the link", () => {
    const make = async (json: object, client = ann) => {
      const noteId = (await client.send("POST /notes", { json: { title: "Taxes" } })).body.id;
      return client.send(`POST /notes/${noteId}/links`, { json });
    };

    it("a new link with recipients stores each email address once, in lower case", async () => {
      const made = await make({ recipients: ["Eva@Example.com", "eva@example.com", "bob@example.com"] });
      expect([made.status, made.body.recipients]).toEqual([201, ["bob@example.com", "eva@example.com"]]);
      expect((await make({})).body.recipients).toBeNull();
      expect((await make({ recipients: [] })).body.recipients).toBeNull();
    });

    it.each([
      [{ recipients: ["no email address"] }],
      [{ recipients: Array.from({ length: 51 }, (_, nth) => `${nth}@example.com`) }],
      [{ kind: "upload", request: {}, recipients: ["eva@example.com"] }],
    ])("the service refuses to create a link with an invalid list of email addresses", async (json) => {
      expect((await make(json)).body).toMatchObject({ status: 400, code: "invalid_request" });
    });

    it("an editor of the note does not see the recipients of a link", async () => {
      const noteId = (await ann.send("POST /notes", { json: { title: "Taxes" } })).body.id;
      await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"], role: "editor" } });
      await service.as("bob").send("GET /me");
      await ann.send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["bob"], role: "editor" } });
      await ann.send(`POST /notes/${noteId}/links`, { json: { recipients: ["eva@example.com"] } });
      const { body } = await service.as("bob").send(`GET /notes/${noteId}/links`);
      expect(body.items.map(({ recipients }: { recipients: string[] }) => recipients)).toEqual([[]]);
    });

    it("a link with recipients can be created only on a service that sends mails", async () => {
      const silent = await startServiceInTest({ engine, beside: service });
      const refused = await make({ recipients: ["eva@example.com"] }, silent.as("ann"));
      expect(refused.body).toMatchObject({ status: 403, code: "mail_disabled" });
      const { link, token, email } = await open();
      expect((await silent.as("ann").send(`PATCH /links/${link.id}`, { json: { label: "Other" } })).status).toBe(200);
      const visitor = visitorOf(silent.app);
      expect((await visitor.look(token)).body).toEqual({ state: "locked", by: "email" });
      const request = await visitor.send(`POST /public/links/${tokenOfLink(link)}/codes`, { json: { email } });
      expect(request.body.code).toBe("mail_disabled");
    });
  });
});
