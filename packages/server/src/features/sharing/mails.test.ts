import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSmtp } from "../../platform/mailer/smtp.ts";
import { smtpOptions, startSmtpServer, tokenIn } from "../../platform/mailer/testing/smtp-server.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { recordCalls } from "../../testing/record-calls.ts";
import type { ServiceOptions } from "../../testing/service.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { createWorld } from "../../testing/world.ts";
import { peopleQueries } from "../people/queries.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TITLE = "Dismissals in spring";

let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
beforeAll(async () => {
  smtp = await startSmtpServer();
});
afterAll(() => smtp.stop());
const mailer: ServiceOptions["mailer"] = {
  send: (...mail) => createSmtp(smtpOptions(smtp)).send(...mail),
};

describe.each(engines)("mails of shares on $name", (engine) => {
  const calls: string[] = [];
  const service = useService({ engine, mailer, wrap: { database: (db) => recordCalls(db, calls) } });
  const owner = service.as("owner");
  beforeAll(async () => {
    await owner.send("GET /me");
  });
  beforeEach(async () => {
    for (const table of ["mails", "limit_counts"] as const)
      await service.database.db.kysely.deleteFrom(table).execute();
  });

  const newEmail = () => `${uuidv7()}@example.com`;
  const rows = () => service.database.db.kysely.selectFrom("mails").selectAll().orderBy("email").execute();
  const mailsTo = (email: string) => smtp.mails.filter(({ recipients }) => recipients.includes(email));
  const look = (token: string) => service.anonymous.send("POST /invitations/look", { json: { token } });

  /** Creates a user whom the service knows, with the email address `<id>@example.com`. */
  async function newPerson() {
    const id = uuidv7();
    const person = { ...service.as(id), id, email: `${id}@example.com` };
    await person.send("GET /me");
    return person;
  }

  async function createNote(client = owner): Promise<string> {
    return (await client.send("POST /notes", { json: { title: TITLE } })).body.id;
  }

  async function invite(json: { email?: string; noteId?: string; expiresAt?: string; role?: string } = {}) {
    const { email = newEmail(), noteId = await createNote(), ...terms } = json;
    const share = { json: { emails: [email], ...terms } };
    const { status, body } = await owner.send(`PUT /notes/${noteId}/shares`, share);
    expect(status).toBe(200);
    const { id, url } = body.invitations[0];
    return { noteId, email, path: `/invitations/${id}`, url, token: url.split("#")[1] as string };
  }

  describe("with an email address", () => {
    it("one mail with the link is sent for an invitation", async () => {
      const { noteId, email, url } = await invite();
      const [sent, none] = [await service.sendMails(), await service.sendMails()];
      expect([sent, none]).toEqual([1, 0]);
      const [mail, ...others] = mailsTo(email);
      expect(others).toEqual([]);
      expect(mail?.parsed.subject).toBe("Somebody shared a note with you");
      expect(mail?.parsed.text).toContain("Somebody shared a note with you.");
      expect(mail?.parsed.text).toContain(`\n${url}\n`);
      expect(mail?.parsed.text).toMatch(
        /The link is for one person, and works once\. Open it by \d+ \w+ \d{4}.* UTC\.\n/,
      );
      expect(mail?.parsed.text).not.toMatch(/You have access|expires/);
      const dora = await newPerson();
      const json = { token: tokenIn(mail as NonNullable<typeof mail>) };
      expect((await dora.send("POST /invitations/redeem", { json })).body).toMatchObject({ noteId });
    });

    it.each([
      ["en", /The link is for one person, and works once\.\s+You have access until .* UTC\./],
      ["de", /Der Link ist für eine Person und funktioniert einmal\.\s+Sie haben Zugriff bis .* UTC\./],
    ] as const)("the mail of an invitation in the language %s says when the access ends", async (language, text) => {
      const [host, email] = [await newPerson(), newEmail()];
      await peopleQueries(service.database.db).setLanguage(host.id, language);
      const expiresAt = new Date(Date.now() + HOUR_MS).toISOString();
      await host.send(`PUT /notes/${await createNote(host)}/shares`, { json: { emails: [email], expiresAt } });
      await service.sendMails();
      expect(mailsTo(email)[0]?.parsed.text).toMatch(text);
      expect(mailsTo(email)[0]?.parsed.text).not.toMatch(/Open it by|Öffnen Sie ihn/);
    });

    it("the mail of an invitation to a file contains the expiry of the share", async () => {
      const [{ attachmentId }, email] = [await createWorld(service), newEmail()];
      const json = { emails: [email], expiresAt: "2999-01-02T13:45:00Z" };
      await owner.send(`PUT /attachments/${attachmentId}/shares`, { json });
      await service.sendMails();
      const [mail] = mailsTo(email);
      expect(mail?.parsed.subject).toBe("Somebody shared a file with you");
      expect(mail?.parsed.text).toMatch(/Open it by .* UTC\.\s+You have access until 2 January 2999\D+13:45 UTC\./);
      expect(mail?.raw).not.toContain("hello.txt");
    });

    it("requirement 43: a mail from an owner with an unproven address has no title and no name", async () => {
      const { email, token } = await invite();
      expect(JSON.stringify(await rows())).not.toContain(token.slice(-21));
      await service.sendMails();
      const { text, html } = mailsTo(email)[0]?.parsed ?? {};
      expect(`${text}${html}`).toContain(token);
      for (const unsaid of [TITLE, "owner"]) expect(`${text}${html}`).not.toContain(unsaid);
    });

    it.each([
      ["revoked", ({ path }) => owner.send(`DELETE ${path}`)],
      ["redeemed", async ({ token }) => (await newPerson()).send("POST /invitations/redeem", { json: { token } })],
      ["made for a note that is deleted", ({ noteId }) => owner.send(`DELETE /notes/${noteId}`)],
    ] satisfies [string, (invited: Awaited<ReturnType<typeof invite>>) => Promise<{ status: number }>][])(
      "an invitation causes no mail if it was %s",
      async (_, end) => {
        const invited = await invite();
        expect((await end(invited)).status).toBeLessThan(300);
        expect([await service.sendMails(), await rows()]).toEqual([0, []]);
        expect(mailsTo(invited.email)).toEqual([]);
      },
    );

    it("an invitation causes no mail if its holder opens the note first", async () => {
      const holder = await newPerson();
      const { noteId } = await invite({ email: holder.email });
      await holder.send(`GET /notes/${noteId}`);
      expect(await service.sendMails()).toBe(0);
    });

    it("an invitation causes no mail after the invitation or its share expires", async () => {
      const { noteId } = await invite({ expiresAt: new Date(Date.now() + HOUR_MS).toISOString() });
      await invite({ noteId });
      const later = await startServiceInTest({ engine, mailer, beside: service });
      later.advance(HOUR_MS);
      expect(await later.sendMails()).toBe(1);
      await invite({ noteId });
      later.advance(30 * DAY_MS);
      expect([await later.sendMails(), await rows()]).toEqual([0, []]);
    });

    it.each([
      ["one after the other", false],
      ["at the same time", true],
    ])("two identical requests %s cause only one mail about an invitation", async (_, isParallel) => {
      const [noteId, email] = [await createNote(), newEmail()];
      const put = () => owner.send(`PUT /notes/${noteId}/shares`, { json: { emails: [email] } });
      const answers = isParallel ? await Promise.all([put(), put()]) : [await put(), await put()];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(await rows()).toHaveLength(1);
      const { body } = await owner.send(`GET /notes/${noteId}/shares`);
      expect(body.invitations).toMatchObject([{ email }]);
    });

    it("a repeated invitation after a minute causes another mail", async () => {
      const [noteId, email] = [await createNote(), newEmail()];
      const put = () => owner.send(`PUT /notes/${noteId}/shares`, { json: { emails: [email] } });
      await put();
      await service.database.db.kysely
        .updateTable("invitations")
        .set({ invited_at: Date.now() - 60_000 })
        .where("email", "=", email)
        .execute();
      await put();
      expect(await rows()).toHaveLength(2);
    });

    it("an invitation causes no mail while the owner of the note is disabled", async () => {
      const [host, email] = [await newPerson(), newEmail()];
      await host.send(`PUT /notes/${await createNote(host)}/shares`, { json: { emails: [email] } });
      await service.useCases.disableUser(host.id);
      expect(await service.sendMails()).toBe(0);
    });

    it("a new link of an invitation causes a mail, but a new role does not", async () => {
      const { email, path, token } = await invite();
      await service.sendMails();
      await owner.send(`PATCH ${path}`, { json: { role: "editor" } });
      expect(await rows()).toEqual([]);
      await owner.send(`PATCH ${path}`, { json: { newLink: true } });
      expect(await service.sendMails()).toBe(1);
      const renewed = mailsTo(email).map(tokenIn)[1] as string;
      expect([(await look(token)).status, (await look(renewed)).status]).toEqual([404, 200]);
    });

    it("requirement 43: an email address gets at most three mails about invitations an hour", async () => {
      const email = newEmail();
      for (let nth = 0; nth < 5; nth += 1) await invite({ email: nth % 2 === 0 ? email : email.toUpperCase() });
      const { path } = await invite({ email });
      expect((await owner.send(`PATCH ${path}`, { json: { newLink: true } })).status).toBe(200);
      expect(await service.sendMails()).toBe(3);
      expect(mailsTo(email)).toHaveLength(3);
    });

    it("requirement 30: a new link of an invitation counts in the limit of shares", async () => {
      const { path } = await invite();
      const emails = Array.from({ length: 100 }, newEmail);
      const noteId = await createNote();
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { emails } });
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { emails: emails.slice(1) } });
      const refused = await owner.send(`PATCH ${path}`, { json: { newLink: true } });
      expect(refused.body).toMatchObject({ status: 429, code: "rate_limited" });
      expect((await owner.send(`PATCH ${path}`, { json: { role: "editor" } })).status).toBe(200);
    });

    it("requirement 44: invitations of known and unknown addresses queue equal mails", async () => {
      const [known, unknown] = [(await newPerson()).email, newEmail()];
      const seen = [];
      for (const email of [known, unknown]) {
        await service.database.db.kysely.deleteFrom("mails").execute();
        calls.length = 0;
        const { path } = await invite({ email });
        await owner.send(`PATCH ${path}`, { json: { newLink: true } });
        const added = (await rows()).map(({ id: _, detail, created_at: __, due_at: ___, ...row }) => {
          return { ...row, email: row.email === email, detail: Object.keys(JSON.parse(detail)) };
        });
        seen.push({ added, calls: [...calls] });
      }
      expect(seen[0]).toEqual(seen[1]);
      expect(seen[0]?.added).toHaveLength(2);
      expect(seen[0]?.added[0]).toMatchObject({ kind: "invitation", email: true, detail: ["invitationId"] });
      expect(seen[0]?.calls.filter((call) => call === "mails.insert")).toHaveLength(2);
    });

    it("a share with a user id causes no mail to an unproven email address", async () => {
      const { id } = await newPerson();
      await owner.send(`PUT /notes/${await createNote()}/shares`, { json: { userIds: [id] } });
      expect(await rows()).toEqual([]);
    });
  });

  describe("for a request for access", () => {
    async function ask() {
      const [host, asker] = [await newPerson(), await newPerson()];
      const noteId = await createNote(host);
      const request = () => asker.send(`POST /notes/${noteId}/access-requests`);
      expect((await request()).status).toBe(202);
      return { host, asker, noteId, request };
    }

    it("a request for access sends one mail with the URL of the note to its owner", async () => {
      const { host, asker, noteId, request } = await ask();
      await request();
      expect(await service.sendMails()).toBe(1);
      const [mail, ...others] = mailsTo(host.email);
      expect(others).toEqual([]);
      expect(mail?.parsed.subject).toBe("Somebody asks for access to one of your notes");
      expect(mail?.parsed.text).toContain(`\nhttps://files.example.com/n/${noteId}\n`);
      expect(mail?.parsed.text).toContain(`your note “\u2068${TITLE}\u2069”`);
      expect(mail?.raw).not.toContain(asker.id);
    });

    it("a request for access that the service drops causes no mail", async () => {
      const { host, asker, noteId, request } = await ask();
      await host.send(`DELETE /notes/${noteId}/access-requests/${asker.id}`);
      expect((await request()).status).toBe(202);
      expect((await asker.send(`POST /notes/${uuidv7()}/access-requests`)).status).toBe(202);
      expect((await host.send(`POST /notes/${noteId}/access-requests`)).status).toBe(202);
      // The row is the mail about the first request for access. The owner dismissed this request before the service could send the mail.
      expect(await rows()).toHaveLength(1);
      expect([await service.sendMails(), await rows()]).toEqual([0, []]);
    });

    it("a request for access causes no mail if the owner grants it first", async () => {
      const { host, asker, noteId } = await ask();
      const json = { role: "viewer" };
      expect((await host.send(`PUT /notes/${noteId}/access-requests/${asker.id}`, { json })).status).toBe(204);
      expect(await service.sendMails()).toBe(0);
    });

    it("a request for access causes no mail to an owner without an email address", async () => {
      const { id } = await newPerson();
      const noteId = await createNote(service.as(id));
      await service.useCases.rememberPerson({ id, email: null, name: id });
      expect((await (await newPerson()).send(`POST /notes/${noteId}/access-requests`)).status).toBe(202);
      expect(await rows()).toEqual([]);
    });

    it("requirement 43: an owner gets at most three mails about requests for access an hour", async () => {
      const host = await newPerson();
      const noteId = await createNote(host);
      for (let nth = 0; nth < 5; nth += 1) {
        expect((await (await newPerson()).send(`POST /notes/${noteId}/access-requests`)).status).toBe(202);
      }
      expect(await service.sendMails()).toBe(3);
      expect((await host.send(`GET /notes/${noteId}/access-requests`)).body.requests).toHaveLength(5);
    });
  });

  it("shares and requests for access queue no mail if the service has no mail server", async () => {
    const silent = await startServiceInTest({ engine, beside: service });
    const [noteId, asker] = [await createNote(), await newPerson()];
    await silent.as("owner").send(`PUT /notes/${noteId}/shares`, { json: { emails: [newEmail()] } });
    await silent.as(asker.id).send(`POST /notes/${noteId}/access-requests`);
    expect(await rows()).toEqual([]);
  });
});
