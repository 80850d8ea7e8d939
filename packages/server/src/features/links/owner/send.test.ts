import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSmtp } from "../../../platform/mailer/smtp.ts";
import { type ReceivedMail, smtpOptions, startSmtpServer } from "../../../platform/mailer/testing/smtp-server.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { storeLink, visitorOf } from "../../../testing/link-visits.ts";
import type { ServiceOptions } from "../../../testing/service.ts";
import { startServiceInTest, useService } from "../../../testing/use-service.ts";
import { createVisitor, insertRequest } from "../../../testing/visitor.ts";

const ANN = "ann@example.com";

let refused: (to: string) => boolean = () => false;
let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
beforeAll(async () => {
  smtp = await startSmtpServer({ refuse: (to) => (refused(to) ? { code: 550, text: "No such user" } : undefined) });
});
afterAll(() => smtp.stop());
const mailer: ServiceOptions["mailer"] = { send: (...mail) => createSmtp(smtpOptions(smtp)).send(...mail) };

describe.each(engines)("links that people send by mail on $name", (engine) => {
  const service = useService({ engine, mailer, signUp: "invited" });
  const ann = service.as("ann");
  beforeEach(async () => {
    refused = () => false;
    for (const table of ["mails", "limit_counts"] as const)
      await service.database.db.kysely.deleteFrom(table).execute();
    await prove("ann");
  });

  const prove = (id: string, { isProven = true } = {}) =>
    service.useCases.rememberPerson({
      ...{ id, email: `${id}@example.com`, name: id },
      ...(isProven && { emailProvenBy: "operator" as const }),
    });
  /** Each request stores the name from the test token, so the test must call `rename` after the request. */
  const rename = (name: string) =>
    service.database.db.kysely.updateTable("people").set({ name }).where("id", "=", "ann").execute();
  const newEmail = () => `${uuidv7()}@example.com`;
  const newEmails = (count: number) => Array.from({ length: count }, newEmail);
  const mailsTo = (email: string) => smtp.mails.filter(({ recipients }) => recipients.includes(email));
  const mailTo = (email: string) => mailsTo(email)[0] as ReceivedMail;
  const rows = () => service.database.db.kysely.selectFrom("mails").selectAll().execute();

  const send = (linkId: string, json: object, { as = ann, key }: { as?: typeof ann; key?: string } = {}) =>
    as.send(`POST /links/${linkId}/mails`, { json, ...(key !== undefined && { headers: { "idempotency-key": key } }) });
  const statesOf = async (linkId: string): Promise<Record<string, string>> => {
    const { body } = await ann.send(`GET /links/${linkId}/mails`);
    return Object.fromEntries(body.items.map(({ email, state }: { email: string; state: string }) => [email, state]));
  };

  /** Sends a link to a new email address, and delivers the mail. Returns the path and the code of the URL in the mail. */
  async function sent(given: Parameters<typeof storeLink>[1] = {}, email = newEmail()) {
    const stored = await storeLink(service.db, given);
    expect((await send(stored.link.id, { to: [email] })).status).toBe(202);
    expect(await service.sendMails()).toBe(1);
    return { ...stored, email, code: codeIn(mailTo(email)) };
  }

  it("the mail with a link names the sender, and a reply goes to the sender", async () => {
    const { link, token } = await storeLink(service.db, { label: "Contract" });
    const email = newEmail();
    const { status, body } = await send(link.id, { to: [email], message: "Please sign\r\npage 3 & 4." });
    expect([status, body.receivers]).toMatchObject([202, [{ email, state: "waiting", hasOldUrl: false }]]);
    await rename("Ann Lee");
    expect(await service.sendMails()).toBe(1);
    const { parsed, raw } = mailTo(email);
    expect(parsed.subject).toBe("ann@example.com sends you a link");
    expect(parsed.from?.text).toBe('"Valet Key" <files@example.com>');
    expect(parsed.replyTo?.text).toBe(ANN);
    expect(parsed.text?.replace(/[\u2068\u2069]/gu, "")).toContain(
      "Ann Lee (ann@example.com) sends you the link “Contract”.",
    );
    expect(parsed.text).toContain("\n> Please sign\n> page 3 & 4.\n");
    expect(parsed.text).toMatch(new RegExp(`\\nhttps://files\\.example\\.com/s/${token}#to=[\\w-]{12}\\n`));
    expect(parsed.html).toContain("Please sign<br>page 3 &#38; 4.");
    expect(raw).toMatch(/^List-Unsubscribe:\s+<https:\/\/files\.example\.com\/unsubscribe\//m);
    expect(await statesOf(link.id)).toEqual({ [email]: "sent" });
    expect((await ann.send(`GET /links/${link.id}`)).body.sentTo).toEqual({
      ...{ people: 1, visited: 0, used: 0, notDelivered: 0 },
    });
  });

  it("the mail with a link has no clickable URL in the texts of the sender", async () => {
    const { link } = await storeLink(service.db, { label: "evil.example/login" });
    const message =
      "https://evil.example/a www.evil.example evil.example mailto:a@evil.example <a href='//evil.example'>x</a> http://10.0.0.1/";
    const email = newEmail();
    await send(link.id, { to: [email], message });
    await rename("Bank www.bank.example");
    await service.sendMails();
    const { text = "", html } = mailTo(email).parsed;
    const urls = text.match(/\S+:\/\/\S+/g) ?? [];
    expect(urls.every((url) => url.startsWith("https://files.example.com/"))).toBe(true);
    expect(
      String(html)
        .match(/href="[^"]*"/g)
        ?.every((href) => href.startsWith('href="https://files.example.com/')),
    ).toBe(true);
    for (const body of [text, String(html)]) expect(body).not.toMatch(/evil\.example|www\.\w|a@evil|10\.0\.0\.1/);
    expect(html).not.toContain("<a href='");
  });

  it("the headers of the mail with a link contain no text from the sender", async () => {
    const { link } = await storeLink(service.db, { label: "x\r\nBcc: eve@evil.example" });
    const email = newEmail();
    expect((await send(link.id, { to: [email], message: "a\r\n.\r\nBcc: eve@evil.example" })).status).toBe(202);
    await rename("Ann\r\nBcc: eve@evil.example");
    await service.sendMails();
    const { parsed, recipients } = mailTo(email);
    expect([recipients, parsed.bcc, parsed.cc]).toEqual([[email], undefined, undefined]);
    expect(parsed.headerLines.map(({ line }) => line).join("\n")).not.toMatch(/evil/);
  });

  it.each([
    ["10,000 characters", { message: "a".repeat(10_000) }],
    ["a NUL character", { message: "a\u0000b" }],
    ["an escape character", { message: "a\u001b[31mb" }],
    ["a text-direction mark", { message: "a\u202eb" }],
    ["half of a surrogate pair", { message: "a\ud800b" }],
    ["51 people", { to: newEmails(51) }],
    ["nobody", { to: [] }],
    ["a line break in an email address", { to: ["a@example.com\r\nBcc: eve@evil.example"] }],
    ["two email addresses in one", { to: ["a@example.com,eve@evil.example"] }],
    ["a name before the email address", { to: ["Ann <ann@example.com>"] }],
    ["an invisible character in an email address", { to: ["a\u200bnn@example.com"] }],
  ])("the service sends no mail if the request to send a link has %s", async (_, json) => {
    const { link } = await storeLink(service.db);
    const { body } = await send(link.id, { to: [newEmail()], ...json });
    expect(body).toMatchObject({ status: 400, code: "invalid_request" });
    expect([await rows(), await statesOf(link.id)]).toEqual([[], {}]);
  });

  it("the error of a refused request to send a link names the invalid email address", async () => {
    const { link } = await storeLink(service.db);
    const { body } = await send(link.id, { to: [newEmail(), "eve;bob@example.com"] });
    expect(body).toMatchObject({ status: 400, detail: expect.stringContaining("eve;bob@example.com") });
  });

  it("two spellings of one email address get one mail with the link", async () => {
    const { link } = await storeLink(service.db);
    const email = newEmail();
    await send(link.id, { to: [email, email.toUpperCase(), ` ${email}`.trim()] });
    expect(await service.sendMails()).toBe(1);
    expect(await statesOf(link.id)).toEqual({ [email]: "sent" });
  });

  it("a person can send links to at most 50 email addresses a day", async () => {
    const [first, second] = [await storeLink(service.db), await storeLink(service.db)];
    expect((await send(first.link.id, { to: newEmails(49) })).status).toBe(202);
    const { body, headers } = await send(second.link.id, { to: newEmails(2) });
    expect(body).toMatchObject({ status: 429, code: "sending_limit_reached" });
    expect(Number(headers["retry-after"])).toBeGreaterThan(80_000);
    expect(await statesOf(second.link.id)).toEqual({});
    expect((await send(second.link.id, { to: newEmails(1) })).status).toBe(202);
    await service.database.db.kysely.updateTable("limit_counts").set({ expires_at: 1 }).execute();
    expect((await send(second.link.id, { to: newEmails(2) })).status).toBe(202);
  });

  it("parallel requests on two replicas send links to at most 50 email addresses a day", async () => {
    const replica = await startServiceInTest({ engine, mailer, signUp: "invited", beside: service });
    const links = await Promise.all(Array.from({ length: 4 }, () => storeLink(service.db)));
    const answers = await Promise.all(
      links.map(({ link }, nth) =>
        send(link.id, { to: newEmails(20) }, { as: nth % 2 === 0 ? ann : replica.as("ann") }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 429, 429]);
    expect(await rows()).toHaveLength(40);
  });

  it.each([
    ["one after the other", false],
    ["at the same time", true],
  ])("two identical requests %s send a link only once", async (_, isParallel) => {
    const { link } = await storeLink(service.db);
    const [to, key] = [newEmails(3), uuidv7()];
    const once = () => send(link.id, { to, message: "Hello" }, { key });
    const answers = isParallel ? await Promise.all([once(), once()]) : [await once(), await once()];
    expect(answers.map(({ status, body }) => [status, body.receivers.length])).toEqual([
      [202, 3],
      [202, 3],
    ]);
    expect(await rows()).toHaveLength(3);
    const { items } = (await ann.send(`GET /links/${link.id}/events`)).body;
    expect(items.filter(({ action }: { action: string }) => action === "link.sent")).toHaveLength(1);
  });

  it("a repeated request with the same key sends a link again only after a day", async () => {
    const { link } = await storeLink(service.db);
    const [email, first, second] = [newEmail(), uuidv7(), uuidv7()];
    for (const key of [first, second, first]) {
      const { status, body } = await send(link.id, { to: [email] }, { key });
      expect([status, body.receivers]).toMatchObject([202, [{ email }]]);
    }
    expect(await rows()).toHaveLength(2);
    await service.database.db.kysely.updateTable("limit_counts").set({ expires_at: 1 }).execute();
    await send(link.id, { to: [email] }, { key: first });
    expect(await rows()).toHaveLength(3);
  });

  it("a refused request to send a link does not use up its idempotency key", async () => {
    const { link } = await storeLink(service.db);
    const [email, key] = [newEmail(), uuidv7()];
    await service.database.db.kysely
      .updateTable("people")
      .set({ email_proven_by: null })
      .where("id", "=", "ann")
      .execute();
    expect((await send(link.id, { to: [email] }, { key })).status).toBe(403);
    await prove("ann");
    expect((await send(link.id, { to: [email] }, { key })).status).toBe(202);
    expect(await rows()).toHaveLength(1);
  });

  it("the response about a sent link says which receivers have an old URL", async () => {
    const { link } = await storeLink(service.db);
    const [email, key] = [newEmail(), uuidv7()];
    const hasOldUrl = async () =>
      (await send(link.id, { to: [email] }, { key })).body.receivers.map(
        (receiver: { hasOldUrl: boolean }) => receiver.hasOldUrl,
      );
    expect(await hasOldUrl()).toEqual([false]);
    await ann.send(`PATCH /links/${link.id}`, { json: { newUrl: true } });
    expect(await hasOldUrl()).toEqual([true]);
  });

  it("the error about a receiver with too many mails reveals no senders and no times", async () => {
    await prove("carl");
    const carl = service.as("carl");
    const note = (await carl.send("POST /notes", { json: { title: "Mine" } })).body;
    const ofCarl = (await carl.send(`POST /notes/${note.id}/links`, { json: {} })).body;
    const { link } = await storeLink(service.db);
    const refusalAfter = async (as: typeof ann, linkId: string, startedMs: number) => {
      const email = newEmail();
      for (let nth = 0; nth < 3; nth += 1) expect((await send(linkId, { to: [email] }, { as })).status).toBe(202);
      const expiresAt = Date.now() + 3_600_000 - startedMs;
      await service.database.db.kysely.updateTable("limit_counts").set({ expires_at: expiresAt }).execute();
      const { body, headers } = await send(link.id, { to: [newEmail(), email] });
      const { message, requestId, ...said } = body;
      return { ...said, detail: said.detail.replaceAll(email, "X"), wait: headers["retry-after"] };
    };
    const byOther = await refusalAfter(carl, ofCarl.id, 1_200_000);
    expect(byOther).toEqual(await refusalAfter(ann, link.id, 60_000));
    expect(byOther).toMatchObject({ status: 429, code: "sending_limit_reached", wait: "3600" });
    expect(byOther.detail).toMatch(/^You can't send a mail to X at the moment\./);
  });

  it("the error for a fourth mail to one receiver in an hour names the email address", async () => {
    const { link } = await storeLink(service.db);
    const email = newEmail();
    for (let nth = 0; nth < 3; nth += 1) expect((await send(link.id, { to: [email] })).status).toBe(202);
    const { body } = await send(link.id, { to: [...newEmails(46), email] });
    expect(body).toMatchObject({ status: 429, code: "sending_limit_reached", detail: expect.stringContaining(email) });
    expect((await send(link.id, { to: newEmails(47) })).status).toBe(202);
  });

  it("refused requests count in the limit of 30 requests to send links in 10 minutes", async () => {
    await prove("carl");
    const carl = service.as("carl");
    const note = (await carl.send("POST /notes", { json: { title: "Mine" } })).body;
    const link = (await carl.send(`POST /notes/${note.id}/links`, { json: {} })).body;
    const email = newEmail();
    const codes: Record<string, number> = {};
    for (let nth = 0; nth < 31; nth += 1) {
      const { code = "sent" } = (await send(link.id, { to: [email] }, { as: carl })).body;
      codes[code] = (codes[code] ?? 0) + 1;
    }
    expect(codes).toEqual({ sent: 3, sending_limit_reached: 27, rate_limited: 1 });
    const { headers } = await send(link.id, { to: [newEmail()] }, { as: carl });
    expect(Number(headers["retry-after"])).toBeGreaterThan(500);
    const other = await storeLink(service.db);
    expect((await send(other.link.id, { to: [newEmail()] })).status).toBe(202);
  });

  it("one receiver at the mail limit does not use up the limits of other receivers", async () => {
    const { link } = await storeLink(service.db);
    const [first, full, last] = newEmails(3).sort() as [string, string, string];
    for (let nth = 0; nth < 3; nth += 1) await send(link.id, { to: [full] });
    for (let nth = 0; nth < 4; nth += 1) {
      const { body } = await send(link.id, { to: [first, full, last] });
      expect(body).toMatchObject({ code: "sending_limit_reached", detail: expect.stringContaining(full) });
    }
    expect((await send(link.id, { to: [first, last] })).status).toBe(202);
    const { items } = (await ann.send(`GET /links/${link.id}/events`)).body;
    expect(items.filter(({ action }: { action: string }) => action === "link.sent")).toHaveLength(4);
  });

  it("only people who may edit a link can send the link and see its receivers", async () => {
    const { link, note } = await storeLink(service.db);
    for (const id of ["editor", "viewer", "stranger"]) await prove(id);
    for (const role of ["editor", "viewer"])
      await ann.send(`PUT /notes/${note.id}/shares`, { json: { userIds: [role], role } });
    await send(link.id, { to: [newEmail()] });
    for (const id of ["editor", "viewer", "stranger"]) {
      const client = service.as(id);
      expect((await send(link.id, { to: [newEmail()] }, { as: client })).status).toBe(403);
      expect((await client.send(`GET /links/${link.id}/mails`)).status).toBe(403);
    }
    expect((await service.as("editor").send(`GET /links/${link.id}`)).body.sentTo).toBeNull();
    expect((await send(uuidv7(), { to: [newEmail()] })).body).toMatchObject({ code: "link_not_found" });
  });

  it("a person without a proven email address cannot send a link", async () => {
    await prove("bob", { isProven: false });
    const { link } = await storeLink(service.db, { createdBy: "ann" });
    const note = (await service.as("bob").send("POST /notes", { json: { title: "Mine" } })).body;
    const made = (await service.as("bob").send(`POST /notes/${note.id}/links`, { json: {} })).body;
    const { body } = await send(made.id, { to: [newEmail()] }, { as: service.as("bob") });
    expect(body).toMatchObject({ status: 403, code: "email_not_proven" });
    expect([await rows(), await statesOf(link.id)]).toEqual([[], {}]);
  });

  it.each([
    ["sends no mails", "mail_disabled", {}],
    ["lets everybody sign up", "sending_disabled", { mailer, signUp: "open" as const }],
  ])("a service that %s sends no link", async (_, code, options) => {
    const other = await startServiceInTest({ engine, beside: service, signUp: "invited", ...options });
    const { link } = await storeLink(service.db);
    expect((await send(link.id, { to: [newEmail()] }, { as: other.as("ann") })).body).toMatchObject({
      status: 403,
      code,
    });
  });

  it.each([
    ["revoked", { revokedAt: 1 }],
    ["expired", { createdAt: 1, expiresAt: 2 }],
    ["used up", { maxClaims: 1, claims: 1 }],
    ["without its files", { file: { state: "pending" as const }, opens: (files: never[]) => files }],
  ])("the service does not send a link that is %s", async (_, given) => {
    const { link } = await storeLink(service.db, given as never);
    expect((await send(link.id, { to: [newEmail()] })).body).toMatchObject({ status: 409, code: "link_ended" });
  });

  it("the service sends a link with recipients only to these recipients", async () => {
    const [listed, other] = newEmails(2) as [string, string];
    const { link } = await storeLink(service.db, { recipients: [listed] });
    const { body } = await send(link.id, { to: [listed, other] });
    expect(body).toMatchObject({ status: 409, code: "receiver_not_listed", detail: expect.stringContaining(other) });
    expect((await send(link.id, { to: [listed] })).status).toBe(202);
  });

  it.each([
    ["revoked", (linkId: string) => ann.send(`DELETE /links/${linkId}`)],
    ["given a new URL", (linkId: string) => ann.send(`PATCH /links/${linkId}`, { json: { newUrl: true } })],
  ])("the service does not send a link that is %s before its mail is due", async (_, end) => {
    const { link } = await storeLink(service.db);
    const email = newEmail();
    await send(link.id, { to: [email] });
    expect((await end(link.id)).status).toBe(200);
    expect([await service.sendMails(), await rows(), mailsTo(email)]).toEqual([0, [], []]);
    expect(await statesOf(link.id)).toEqual({ [email]: "not_delivered" });
  });

  it("a sent link has the state `not_delivered` if the mail server refuses the mail", async () => {
    refused = () => true;
    const { link } = await storeLink(service.db);
    const email = newEmail();
    await send(link.id, { to: [email] });
    expect(await service.sendMails()).toBe(0);
    expect(await statesOf(link.id)).toEqual({ [email]: "not_delivered" });
    expect((await ann.send(`GET /links/${link.id}`)).body.sentTo).toMatchObject({ people: 1, notDelivered: 1 });
  });

  it("requirement 50: a person who turned off mails about shares gets no link by mail", async () => {
    const { email } = await sent();
    const path = /https:\/\/files\.example\.com(\/unsubscribe\/[\w-]+)/.exec(
      mailTo(email).raw.replaceAll("=\r\n", ""),
    )?.[1];
    expect((await service.anonymous.send(`POST ${path}`)).status).toBe(200);
    const { link } = await storeLink(service.db);
    await send(link.id, { to: [email] });
    expect(await service.sendMails()).toBe(0);
    expect(await statesOf(link.id)).toEqual({ [email]: "not_delivered" });
  });

  it("requirement 43: the database contains no token and no code of a sent link", async () => {
    const { token, code, link } = await sent();
    await send(link.id, { to: [newEmail()] });
    const receivers = await service.database.db.kysely.selectFrom("link_mails").selectAll().execute();
    const stored = JSON.stringify([await rows(), receivers]);
    for (const secret of [token.slice(-21), code]) expect(stored).not.toContain(secret);
    expect(service.log()).not.toContain(code);
  });

  it("a visit sets a receiver's state to `visited`, and a download sets it to `used`", async () => {
    const { link, token, email, code } = await sent();
    const visitor = visitorOf(service.app);
    const headers = { "link-receiver": code };
    // A mail scanner requests only the URL of the mail, so the service gets no code.
    await visitorOf(service.app).look(token);
    expect(await statesOf(link.id)).toEqual({ [email]: "sent" });
    await visitor.send(`GET /public/links/${token}`, { headers });
    expect(await statesOf(link.id)).toEqual({ [email]: "visited" });
    const claim = (json: object) => visitor.send(`POST /public/links/${token}/claims`, { json, headers });
    expect((await claim({ disposition: "inline" })).status).toBe(201);
    expect(await statesOf(link.id)).toEqual({ [email]: "visited" });
    expect((await claim({})).status).toBe(201);
    expect(await statesOf(link.id)).toEqual({ [email]: "used" });
    const { items } = (await ann.send(`GET /links/${link.id}/mails`)).body;
    expect(items[0]).toMatchObject({
      visitedAt: expect.any(String),
      usedAt: expect.any(String),
      sentAt: expect.any(String),
    });
    const events = (await ann.send(`GET /links/${link.id}/events`)).body.items;
    expect(events.filter(({ action }: { action: string }) => action === "link.opened")).toHaveLength(2);
  });

  it.each([
    ["another code", "A".repeat(12)],
    ["an empty code", ""],
    ["a very long code", "a".repeat(4_000)],
  ])("a visit with %s does not change the state of any receiver", async (_, code) => {
    const { link, token, email } = await sent();
    const look = await visitorOf(service.app).send(`GET /public/links/${token}`, {
      headers: { "link-receiver": code },
    });
    expect(look.body).toMatchObject({ state: "open" });
    expect(await statesOf(link.id)).toEqual({ [email]: "sent" });
  });

  it("a receiver's code works neither for another link nor after a new URL of the link", async () => {
    const [{ link, email, code }, other] = [await sent(), await sent()];
    const look = (path: string) => visitorOf(service.app).send(`GET ${path}`, { headers: { "link-receiver": code } });
    await look(`/public/links/${other.token}`);
    expect(await statesOf(other.link.id)).toEqual({ [other.email]: "sent" });
    const { body } = await ann.send(`PATCH /links/${link.id}`, { json: { newUrl: true } });
    expect((await look(`/public/links/${body.url.split("/s/")[1]}`)).body).toMatchObject({ state: "open" });
    expect((await ann.send(`GET /links/${link.id}/mails`)).body.items).toMatchObject([
      { email, state: "sent", hasOldUrl: true },
    ]);
    await send(link.id, { to: [email] });
    await service.sendMails();
    expect((await ann.send(`GET /links/${link.id}/mails`)).body.items).toMatchObject([
      { email, state: "sent", hasOldUrl: false },
    ]);
    expect(codeIn(mailsTo(email)[1] as ReceivedMail)).not.toBe(code);
  });

  it("a visitor is identified by the proven email address, not by the code in a forwarded mail", async () => {
    const [mia, tom] = newEmails(2) as [string, string];
    const { link, token } = await storeLink(service.db, { recipients: [mia, tom] });
    await send(link.id, { to: [mia, tom] });
    await service.sendMails();
    const visitor = visitorOf(service.app);
    const headers = { "link-receiver": codeIn(mailTo(mia)) };
    await visitor.send(`GET /public/links/${token}`, { headers });
    await visitor.send(`POST /public/links/${token}/codes`, { json: { email: tom } });
    await service.sendMails();
    const [, code = ""] = /^(\d{4} \d{4})$/m.exec(mailsTo(tom)[1]?.parsed.text ?? "") ?? [];
    await visitor.send(`POST /public/links/${token}/email`, { json: { email: tom, code } });
    await visitor.send(`GET /public/links/${token}`, { headers });
    expect(await statesOf(link.id)).toEqual({ [mia]: "sent", [tom]: "visited" });
    await visitor.send(`POST /public/links/${token}/claims`, { json: {}, headers });
    expect(await statesOf(link.id)).toEqual({ [mia]: "sent", [tom]: "used" });
  });

  it("a receiver who sends a file to a file request gets the state `used`", async () => {
    const note = (await ann.send("POST /notes", { json: { title: "Papers" } })).body;
    const { link, token } = await insertRequest(service, {
      noteId: note.id,
      ownerId: "ann",
      link: { label: "Your papers" } as never,
    });
    const email = newEmail();
    await send(link.id, { to: [email] });
    await service.sendMails();
    expect(mailTo(email).parsed.subject).toBe("ann@example.com asks you for files");
    const headers = { "link-receiver": codeIn(mailTo(email)) };
    const visitor = createVisitor(service.app, token);
    await visitor.send("GET ", { headers }).catch(() => undefined);
    const started = await visitor.start("hello");
    const { id, ...upload } = started.body.upload;
    const { "content-length": _, ...signed } = upload.headers;
    expect((await fetch(upload.url, { method: upload.method, headers: signed, body: "hello" })).status).toBe(200);
    expect((await visitor.send(`POST /uploads/${id}/complete`, { headers })).status).toBe(200);
    expect(await statesOf(link.id)).toEqual({ [email]: "used" });
  });

  it("the service does not send a link if the sender is disabled or loses the access", async () => {
    const { note } = await storeLink(service.db);
    await prove("eddy");
    await ann.send(`PUT /notes/${note.id}/shares`, { json: { userIds: ["eddy"], role: "editor" } });
    const made = (await service.as("eddy").send(`POST /notes/${note.id}/links`, { json: {} })).body;
    expect((await send(made.id, { to: [newEmail()] }, { as: service.as("eddy") })).status).toBe(202);
    await ann.send(`DELETE /notes/${note.id}/shares/eddy`);
    expect(await service.sendMails()).toBe(0);
  });
});

function codeIn({ parsed }: ReceivedMail): string {
  const [, code] = /#to=([\w-]{12})$/m.exec(parsed.text ?? "") ?? [];
  if (code === undefined) throw new Error(`The mail has no code: ${parsed.text}`);
  return code;
}
