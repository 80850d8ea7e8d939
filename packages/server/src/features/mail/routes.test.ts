import { v7 as uuidv7 } from "uuid";
import { beforeEach, describe, expect, it } from "vitest";
import { createMailbox } from "../../testing/auth/mailbox.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { storeLink, visitorOf } from "../../testing/link-visits.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest } from "../../testing/visitor.ts";
import { queueQueries } from "../administration/queries.ts";
import { mailQueries } from "../outbox/mail-queries.ts";
import { nextDigestAt } from "../outbox/queue-mail.ts";

const HOUR_MS = 3_600_000;
const TITLE = "Dismissals in spring";

describe.each(engines)("mails about events on $name", (engine) => {
  const { mailer, mails, to: mailsTo } = createMailbox();
  const service = useService({ engine, mailer });
  const owner = service.as("owner");
  beforeEach(async () => {
    for (const table of ["mails", "limit_counts", "mail_preferences"] as const)
      await service.database.db.kysely.deleteFrom(table).execute();
  });

  const rows = () => service.database.db.kysely.selectFrom("mails").selectAll().orderBy("id").execute();

  async function prove(id: string) {
    const email = `${id}@example.com`;
    await service.useCases.rememberPerson({ id, email, name: id, emailProvenBy: "operator" });
    const person = service.as(id);
    const choose = async (json: object) => {
      const chosen = await person.send("PUT /me/mail-preferences", { json });
      expect(chosen.status, chosen.text).toBe(200);
    };
    return { ...person, id, email, choose };
  }
  const newPerson = () => prove(uuidv7());

  async function share(userId: string, { by = owner, ...terms }: { by?: typeof owner; expiresAt?: string } = {}) {
    const noteId = (await by.send("POST /notes", { json: { title: TITLE } })).body.id as string;
    const put = await by.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [userId], ...terms } });
    expect(put.status, put.text).toBe(200);
    return noteId;
  }

  /** Makes all waiting mails due now, and sends them. */
  async function sendCollected(): Promise<number> {
    await service.database.db.kysely
      .updateTable("mails")
      .set({ due_at: Date.now() - 1 })
      .execute();
    return service.sendMails();
  }

  async function textTo(email: string): Promise<string> {
    return mailsTo(email).at(-1)?.text ?? "";
  }

  it.each(["note", "file"])("the mail with an invitation waits while the %s is in the trash", async (thing) => {
    const beside = await startServiceInTest({ engine, mailer, limits: { trashDays: 30 } });
    const ann = beside.as("ann");
    const noteId = (await ann.send("POST /notes", { json: { title: TITLE } })).body.id;
    const { id } = (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body;
    const userId = (await ann.send("GET /me")).body.id;
    const path = thing === "note" ? `/notes/${noteId}` : `/attachments/${id}`;
    const invited = `${uuidv7()}@example.com`;
    await ann.send(`PUT ${path}/shares`, { json: { emails: [invited] } });
    await ann.send(`DELETE ${path}`);
    beside.advance(60_000);
    expect(await beside.sendMails()).toBe(0);
    for (let nth = 0; nth < 3; nth += 1) {
      beside.advance(2 * 86_400_000);
      expect(await beside.sendMails()).toBe(0);
    }
    await beside.useCases.restoreFromTrash({ userId }, thing === "note" ? { noteId } : { attachmentId: id });
    beside.advance(300_001);
    expect(await beside.sendMails()).toBe(1);
    expect(mailsTo(invited)).toHaveLength(1);
  });

  it("one mail reports all shares that a person receives in ten minutes", async () => {
    const ann = await newPerson();
    const noteId = await share(ann.id);
    await share(ann.id);
    const [row, ...others] = await rows();
    expect(others).toEqual([]);
    expect(Number(row?.due_at) - Number(row?.created_at)).toBe(600_000);
    expect(await service.sendMails()).toBe(0);
    expect([await sendCollected(), await rows()]).toEqual([1, []]);
    const [mail] = mailsTo(ann.email);
    expect(mail?.subject).toBe("Somebody shared 2 notes with you");
    expect(JSON.stringify(mail)).not.toContain(TITLE);
    await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [ann.id], role: "editor" } });
    expect(await rows()).toEqual([]);
  });

  it("a mail about events omits a share that was revoked meanwhile", async () => {
    const ann = await newPerson();
    const [revoked, kept] = [await share(ann.id), await share(ann.id)];
    await owner.send(`DELETE /notes/${revoked}/shares/${ann.id}`);
    await sendCollected();
    expect(mailsTo(ann.email)[0]?.subject).toBe("Somebody shared a note with you");
    expect(await textTo(ann.email)).toContain(`\nhttps://files.example.com/n/${kept}\n`);
    await share(ann.id);
    await ann.choose({ shares: "never" });
    expect([await sendCollected(), await rows()]).toEqual([0, []]);
  });

  it("a granted request for access causes a mail to the person who asked", async () => {
    const ann = await newPerson();
    const noteId = (await owner.send("POST /notes", { json: { title: TITLE } })).body.id;
    await ann.send(`POST /notes/${noteId}/access-requests`);
    await service.database.db.kysely.deleteFrom("mails").execute();
    await owner.send(`PUT /notes/${noteId}/access-requests/${ann.id}`, { json: { role: "viewer" } });
    await sendCollected();
    expect(await textTo(ann.email)).toContain("Somebody shared a note with you.");
  });

  it("a new link gets the mail setting that its owner has chosen for all links", async () => {
    const ann = await newPerson();
    const { id } = (await ann.send("POST /notes", { json: { title: "Contract" } })).body;
    const notifyOf = async (json: object) => (await ann.send(`POST /notes/${id}/links`, { json })).body.notify;
    const request = { kind: "upload", request: {} };
    expect([await notifyOf({}), await notifyOf(request)]).toEqual(["first", "first"]);
    await ann.choose({ links: "never", files: "daily" });
    expect([await notifyOf({}), await notifyOf(request)]).toEqual(["never", "first"]);
    expect(await notifyOf({ notify: "each" })).toBe("each");
  });

  it.each([
    ["never", undefined],
    [
      "first",
      [
        "Somebody opened your link “\u2068Contract\u2069” for the first time.",
        "Somebody downloaded a file from your link “\u2068Contract\u2069”.",
      ],
    ],
    [
      "each",
      [
        "Somebody opened your link “\u2068Contract\u2069” for the first time.",
        "6 files were downloaded from your link “\u2068Contract\u2069”.",
        "3 files of your link “\u2068Contract\u2069” were viewed.",
      ],
    ],
  ] as const)("the notification setting of a link determines the mails about the link (%s)", async (notify, lines) => {
    const ann = await prove("ann");
    const { token } = await storeLink(service.db, { notify, label: "Contract" });
    for (let nth = 0; nth < 3; nth += 1) {
      const visitor = visitorOf(service.app);
      await visitor.look(token);
      expect((await visitor.claim(token)).status).toBe(201);
      expect((await visitor.claim(token)).status).toBe(201);
      expect((await visitor.claim(token, { disposition: "inline" })).status).toBe(201);
      expect((await visitor.claim(token, { purpose: "renewal" })).status).toBe(201);
    }
    expect(await sendCollected()).toBe(lines === undefined ? 0 : 1);
    if (lines !== undefined) expect((await textTo(ann.email)).split("\n\n").slice(0, lines.length)).toEqual(lines);
  });

  it("a mail about a file request contains the number of files and no filenames", async () => {
    const ann = await newPerson();
    const noteId = (await ann.send("POST /notes", { json: { title: TITLE } })).body.id;
    for (const notify of ["first", "each"] as const) {
      const { token } = await insertRequest(service, { noteId, ownerId: ann.id, link: { notify } });
      for (const filename of ["salary.txt", "passport.txt"]) {
        const sent = await createVisitor(service.app, token).sendFile("hello", { filename, visitorName: "Maria" });
        expect(sent.status).toBe(200);
      }
    }
    expect(await sendCollected()).toBe(1);
    const [mail] = mailsTo(ann.email);
    expect(mail?.subject).toBe("You received files");
    for (const unsaid of ["salary", "Maria"]) expect(JSON.stringify(mail)).not.toContain(unsaid);
  });

  it("requirement 43: the subject of a mail has no text that another person wrote", async () => {
    const evil = "zqxevil";
    const [reader, editor] = [await newPerson(), await newPerson()];
    await service.useCases.rememberPerson({
      id: editor.id,
      email: editor.email,
      name: evil,
      emailProvenBy: "operator",
    });
    const noteId = (await reader.send("POST /notes", { json: { title: evil } })).body.id;
    await reader.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [editor.id], role: "editor" } });
    await share(reader.id, { by: editor });
    const foreignNote = (await editor.send("POST /notes", { json: { title: evil } })).body.id;
    const { body: file } = await editor.send(`POST /notes/${foreignNote}/attachments`, { form: fileForm() });
    await editor.send(`PATCH /attachments/${file.id}`, { json: { filename: `${evil}.txt` } });
    await editor.send(`PUT /attachments/${file.id}/shares`, { json: { userIds: [reader.id] } });
    await editor.send(`PUT /notes/${foreignNote}/shares`, { json: { emails: [`${uuidv7()}@example.org`] } });
    const [asked] = [await newPerson()];
    await asked.send(`POST /notes/${noteId}/access-requests`);
    const request = {
      noteId,
      ownerId: reader.id,
      link: { notify: "each", label: evil, createdBy: editor.id },
    } as const;
    const { token } = await insertRequest(service, request);
    await createVisitor(service.app, token).sendFile("hello", { filename: `${evil}.txt`, visitorName: evil });
    const before = mails.length;
    expect(await sendCollected()).toBe(5);
    const sent = mails.slice(before);
    expect(sent.map(({ subject }) => subject).filter((subject) => subject.includes(evil))).toEqual([]);
    expect(sent.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining([
        `${editor.email} shared a note with you`,
        `${asked.email} asks for access to one of your notes`,
        "You received a file through one of your file requests",
      ]),
    );
    const texts = sent.map(({ text }) => text).join("\n");
    expect(texts).toContain(`${editor.email} shared the note “\u2068${evil}\u2069” with you.`);
    expect(texts).toContain(`${editor.email} shared the file “\u2068${evil}.\u200btxt\u2069” with you.`);
  });

  it("two replicas together send only one reminder of a share that expires within a day", async () => {
    const [ann, replica] = [await newPerson(), await startServiceInTest({ engine, mailer, beside: service })];
    const expiresAt = new Date(Date.now() + 30 * HOUR_MS).toISOString();
    await share(ann.id, { expiresAt });
    await share(ann.id, { expiresAt: new Date(Date.now() + 40 * HOUR_MS).toISOString() });
    await share(ann.id, { expiresAt: new Date(Date.now() + 20 * HOUR_MS).toISOString() });
    await service.database.db.kysely.deleteFrom("mails").execute();
    await service.useCases.remindOfExpiry();
    expect(await rows()).toEqual([]);
    const earlier = { created_at: Date.now() - 8 * HOUR_MS, expires_at: Date.parse(expiresAt) - 8 * HOUR_MS };
    const shares = service.database.db.kysely.updateTable("note_shares").where("user_id", "=", ann.id);
    await shares.set(earlier).where("expires_at", "=", Date.parse(expiresAt)).execute();
    await Promise.all([service.useCases.remindOfExpiry(), replica.useCases.remindOfExpiry()]);
    await service.useCases.remindOfExpiry();
    expect(await sendCollected()).toBe(1);
    expect(mailsTo(ann.email)[0]?.subject).toMatch(
      /^Your access to a note that is shared with you ends on \d+ \w+ \d{4}/,
    );
  });

  it("requirement 50: no mail about events goes to an unproven email address", async () => {
    const id = uuidv7();
    await service.as(id).send("GET /me");
    await share(id);
    expect(await rows()).toEqual([]);
  });

  it("the daily digest contains the notices over the limit of mails", async () => {
    const ann = await newPerson();
    for (let nth = 0; nth < 3; nth += 1) {
      await share(ann.id);
      expect(await sendCollected()).toBe(1);
    }
    await share(ann.id);
    expect(await rows()).toMatchObject([{ kind: "digest", email: ann.email }]);
  });

  describe("the daily digest", () => {
    it("only one of two replicas sends the daily digest", async () => {
      const [ann, replica] = [await newPerson(), await startServiceInTest({ engine, mailer, beside: service })];
      await ann.choose({ shares: "daily", requests: "daily" });
      await Promise.all([share(ann.id), share(ann.id), share(ann.id)]);
      const noteId = (await ann.send("POST /notes", { json: { title: TITLE } })).body.id;
      await owner.send(`POST /notes/${noteId}/access-requests`);
      const [row, ...others] = await rows();
      expect(others).toEqual([]);
      expect(row).toMatchObject({ kind: "digest", due_at: nextDigestAt(Number(row?.created_at)) });
      await service.database.db.kysely
        .updateTable("mails")
        .set({ due_at: Date.now() - 1 })
        .execute();
      const [one, two] = await Promise.all([service.sendMails(), replica.sendMails()]);
      expect(one + two).toBe(1);
      const text = await textTo(ann.email);
      expect(text).toContain("Somebody shared 3 notes with you.");
      expect(text).toContain("Somebody asks for access to your note “\u2068Dismissals in spring\u2069”.");
      expect(mailsTo(ann.email)[0]?.subject).toBe("Your day in one mail");
    });

    it("a notice that arrives while a daily digest is sent is in the next daily digest", async () => {
      const ann = await newPerson();
      await ann.choose({ shares: "daily" });
      await share(ann.id);
      await service.database.db.kysely
        .updateTable("mails")
        .set({ due_at: Date.now() - 1 })
        .execute();
      await mailQueries(service.db).lease({ now: Date.now(), leaseEndsAt: Date.now() + 1_000, limit: 5 });
      await share(ann.id);
      const [sending, next] = await rows();
      expect(JSON.parse(sending?.detail ?? "").notices).toHaveLength(1);
      expect(next?.due_at).toBeGreaterThan(Date.now() + 60_000 - 1);
    });

    it("the daily digest includes invitations of a user with a proven email address", async () => {
      const ann = await newPerson();
      await ann.choose({ shares: "daily" });
      const noteId = (await owner.send("POST /notes", { json: { title: TITLE } })).body.id;
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { emails: [ann.email] } });
      expect(await service.sendMails()).toBe(0);
      expect(await rows()).toMatchObject([{ kind: "digest" }]);
      await sendCollected();
      expect(await textTo(ann.email)).toContain("Somebody shared a note with you.");
    });

    it.each([
      ["2030-01-01T05:58:59Z", "2030-01-01T06:00:00Z"],
      ["2030-01-01T05:59:01Z", "2030-01-02T06:00:00Z"],
      ["2030-01-01T23:00:00Z", "2030-01-02T06:00:00Z"],
    ])("a notice of %s is in the daily digest of %s", (now, due) => {
      expect(nextDigestAt(Date.parse(now))).toBe(Date.parse(due));
    });
  });

  describe("mail preferences", () => {
    it("a change of one mail preference keeps the preferences of other topics", async () => {
      const ann = await newPerson();
      const path = "/me/mail-preferences";
      const usual = { shares: "at_once", expiry: "at_once", links: "at_once", files: "at_once", requests: "at_once" };
      expect((await ann.send(`GET ${path}`)).body).toEqual(usual);
      await ann.choose({ links: "never" });
      await ann.choose({ shares: "daily" });
      expect((await ann.send(`GET ${path}`)).body).toEqual({ ...usual, links: "never", shares: "daily" });
      expect((await owner.send(`GET ${path}`)).body).toEqual(usual);
    });

    it.each([{}, { shares: "hourly" }, { passwords: "never" }, null, []])(
      "PUT /me/mail-preferences refuses the body %j",
      async (json) => {
        const refused = await owner.send("PUT /me/mail-preferences", { json });
        expect(refused.body).toMatchObject({ status: 400, code: "invalid_request" });
      },
    );
  });

  describe("requirement 50: the unsubscribe link of a mail", () => {
    const unsubscribeUrl = (email: string) => new URL(mailsTo(email).at(-1)?.unsubscribeUrl ?? "").pathname;
    const oneClick = {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      json: "List-Unsubscribe=One-Click",
    };
    const choicesOf = async (person: { send: typeof owner.send }) =>
      (await person.send("GET /me/mail-preferences")).body;

    async function mailed() {
      const ann = await newPerson();
      await share(ann.id);
      await sendCollected();
      return { ann, path: unsubscribeUrl(ann.email) };
    }

    it("the unsubscribe link of a mail turns off one topic by POST, and nothing by GET", async () => {
      const { ann, path } = await mailed();
      expect(await textTo(ann.email)).toContain(`Turn off these mails: https://files.example.com${path}`);
      const page = await service.anonymous.send(`GET ${path}`);
      expect([page.status, page.text]).toEqual([200, expect.stringContaining('<form method="post">')]);
      expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
      await service.anonymous.send(`HEAD ${path}`);
      expect(await choicesOf(ann)).toMatchObject({ shares: "at_once" });
      for (let nth = 0; nth < 2; nth += 1)
        expect((await service.anonymous.send(`POST ${path}`, oneClick)).status).toBe(200);
      expect(await choicesOf(ann)).toMatchObject({ shares: "never", expiry: "at_once" });
      await share(ann.id);
      expect(await rows()).toEqual([]);
      expect(service.log()).not.toContain(path.split("/").at(-1));
    });

    it("the unsubscribe link refuses requests from other sites and changed tokens", async () => {
      const { ann, path } = await mailed();
      const foreign = await service.anonymous.send(`POST ${path}`, { headers: { "sec-fetch-site": "cross-site" } });
      expect(foreign.status).toBe(403);
      const changed = `${path.slice(0, -1)}${path.endsWith("A") ? "Q" : "A"}`;
      const start = "/unsubscribe/".length;
      const otherAlphabet =
        path.slice(0, start) + encodeURIComponent(Buffer.from(path.slice(start), "base64url").toString("base64"));
      const spellings = [`${path}=`, `${path}!`, `${path.slice(0, start)}!${path.slice(start)}`, otherAlphabet];
      const wrong = [changed, path.replace(/.{8}$/, ""), "/unsubscribe/AAAA", `/unsubscribe/${"A".repeat(90)}`];
      for (const bad of [...wrong, ...spellings.filter((each) => each !== path)]) {
        for (const method of ["GET", "POST"]) {
          const refused = await service.anonymous.send(`${method} ${bad}`);
          expect([bad, refused.status]).toEqual([bad, 410]);
        }
      }
      expect(await choicesOf(ann)).toMatchObject({ shares: "at_once" });
      expect(
        (await service.anonymous.send(`POST ${path}`, { form: [{ field: "List-Unsubscribe", content: "One-Click" }] }))
          .status,
      ).toBe(200);
      expect(await choicesOf(ann)).toMatchObject({ shares: "never" });
    });

    it("the unsubscribe link stops invitations to people with and without an account", async () => {
      const [ann, stranger] = [await newPerson(), `${uuidv7()}@example.com`];
      const invite = async () => {
        const noteId = (await owner.send("POST /notes", { json: { title: TITLE } })).body.id;
        await owner.send(`PUT /notes/${noteId}/shares`, { json: { emails: [ann.email, stranger] } });
        return service.sendMails();
      };
      expect(await invite()).toBe(2);
      for (const email of [ann.email, stranger]) {
        expect((await service.anonymous.send(`POST ${unsubscribeUrl(email)}`, oneClick)).status).toBe(200);
      }
      expect(await choicesOf(ann)).toMatchObject({ shares: "never" });
      expect([await invite(), await rows()]).toEqual([0, []]);
      await ann.choose({ shares: "at_once" });
      expect(await invite()).toBe(1);
    });

    it("a user with an unproven email address can't turn off invitations to this address", async () => {
      const email = `${uuidv7()}@example.com`;
      const squatter = service.as(email.split("@")[0] as string);
      await squatter.send("PUT /me/mail-preferences", { json: { shares: "never" } });
      const noteId = (await owner.send("POST /notes", { json: { title: TITLE } })).body.id;
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { emails: [email] } });
      expect(await service.sendMails()).toBe(1);
    });

    it("the unsubscribe link opens a page in the language of the browser", async () => {
      const { path } = await mailed();
      const headers = { "accept-language": "de" };
      const [page, broken] = [path, "/unsubscribe/AAAA"].map((at) => service.anonymous.send(`GET ${at}`, { headers }));
      expect((await page)?.text).toMatch(/<html lang="de">[\s\S]*Diese E-Mails abbestellen\?/);
      expect((await broken)?.text).toContain("Dieser Link funktioniert nicht");
    });

    it("a mail that proves an email address has no unsubscribe link", async () => {
      const accounts = await startServiceInTest({ engine, mailer, hasAccounts: true });
      const email = `${uuidv7()}@example.com`;
      const json = { email, name: "Ann", password: "correct horse battery" };
      await accounts.anonymous.send("POST /auth/sign-up/email", { json });
      expect(await accounts.sendMails()).toBe(1);
      expect(JSON.stringify(mailsTo(email)[0])).not.toMatch(/unsubscribe/i);
    });
  });

  it("the unsubscribe link of a daily digest turns off each topic of the digest", async () => {
    const ann = await newPerson();
    await ann.choose({ shares: "daily", links: "daily" });
    await share(ann.id);
    await sendCollected();
    await service.anonymous.send(`POST ${new URL(mailsTo(ann.email)[0]?.unsubscribeUrl ?? "").pathname}`);
    const { body } = await ann.send("GET /me/mail-preferences");
    expect(body).toMatchObject({ shares: "never", links: "never", files: "at_once" });
  });

  it("the metrics measure the waiting time of a mail about events from its due time", async () => {
    const ann = await newPerson();
    await share(ann.id);
    expect(await queueQueries(service.db).measure(Date.now() + 60_000)).toMatchObject({ mails: 1, oldestMailMs: 0 });
    expect((await queueQueries(service.db).measure(Date.now() + 660_000)).oldestMailMs).toBeGreaterThan(50_000);
  });
});
