import { TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import type { Database } from "../../../platform/database/queries.ts";
import { accountClient, ORIGIN, TEST_PASSWORD } from "../../../testing/auth/account-client.ts";
import { createMailbox, useUpMailsOfDay } from "../../../testing/auth/mailbox.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { withQueries } from "../../../testing/database/with-queries.ts";
import { fileForm } from "../../../testing/form.ts";
import { visitorOf } from "../../../testing/link-visits.ts";
import { sendPreview, startPhoto, storePreview, uploadPhoto } from "../../../testing/send-preview.ts";
import { useService } from "../../../testing/use-service.ts";
import { administrationQueries } from "../../administration/queries.ts";
import { mailPreferenceQueries } from "../../outbox/mail-queries.ts";
import { takeMailLimits } from "../../outbox/queue-mail.ts";
import { webhookQueries } from "../../outbox/webhook-queries.ts";
import { lookupQueries } from "../../people/lookup-queries.ts";
import { disabledUserQueries } from "../../people/queries.ts";
import { usageQueries } from "../../usage/queries.ts";
import { accountQueries } from "../queries/accounts.ts";
import { accountDeletionQueries } from "../queries/deletions.ts";

const DAY_MS = 86_400_000;

describe.each(engines)("requirement 57: a deleted account on $name", (engine) => {
  let beforeBatch = async (): Promise<void> => undefined;
  const observe = (db: Database): Database => ({
    ...db,
    built: withQueries(db, accountDeletionQueries, {
      async listNotes(...page) {
        await beforeBatch();
        return accountDeletionQueries(db).listNotes(...page);
      },
    }),
  });
  const mailbox = createMailbox();
  const service = useService({
    ...{ engine, hasAccounts: true, limits: { trashDays: 30 } },
    ...{ mailer: mailbox.mailer, wrap: { database: observe } },
  });
  const { get, post, signUp, statusOf } = accountClient(service);
  const reader = service.as("reader");

  /** Creates an owner with a shared note, a file, a link, an API token, and a share of another person's note. */
  async function person(name: string) {
    const account = await signUp(name);
    const headers = { cookie: account.cookie, origin: ORIGIN };
    const send = (call: string, options: object = {}) => service.anonymous.send(call, { headers, ...options });
    const { id: noteId } = (await send("POST /notes", { json: { title: "Plan" } })).body;
    const attachmentId = (await send(`POST /notes/${noteId}/attachments`, { form: fileForm() })).body.id;
    await send(`PUT /notes/${noteId}/shares`, { json: { userIds: ["reader"] } });
    const link = (await send(`POST /notes/${noteId}/links`, { json: { label: "Bank" } })).body;
    const { token } = (await send("POST /tokens", { json: { label: "backup" } })).body;
    const { id: othersNote } = (await service.as("other").send("POST /notes", { json: { title: "Theirs" } })).body;
    await service.as("other").send(`PUT /notes/${othersNote}/shares`, {
      json: { userIds: [account.userId], role: "editor" },
    });
    const upload = { filename: "late.bin", sizeBytes: 5, contentType: "text/plain" };
    await send(`POST /notes/${noteId}/uploads`, { json: upload });
    /** Returns the statuses for the session, the API token, a reader of the note, a reader of the file, and the link. */
    const works = async (cookie = account.cookie) => [
      await statusOf(cookie),
      (await service.anonymous.send("GET /me", { headers: { authorization: `Bearer ${token}` } })).status,
      (await reader.send(`GET /notes/${noteId}`)).status,
      (await reader.send(`GET /attachments/${attachmentId}/url`)).status,
      (await visitorOf(service.app).look(new URL(link.url).pathname.split("/").at(-1) ?? "")).status,
    ];
    const close = (password = TEST_PASSWORD) => post("delete-account", { password }, account.cookie);
    return { ...account, noteId, othersNote, works, close, send };
  }
  const ALL = [200, 200, 200, 200, 200];

  it("the service can count the contents of an account before the account is deleted", async () => {
    const ann = await person("ann");
    const { body } = await get("account-contents", ann.cookie);
    expect(body).toEqual({ notes: 1, files: 2, bytes: expect.any(Number), links: 1, people: 1 });
    expect((await ann.send("GET /me")).body.hasPassword).toBe(true);
    expect((await ann.close("wrong horse battery")).code).toBe("wrong_password");
    expect(await ann.works()).toEqual(ALL);
  });

  it("the cancellation of an account's deletion restores the account", async () => {
    const ben = await person("ben");
    const closed = await ben.close();
    expect(Date.parse(closed.body.deleteAt) - Date.now()).toBeGreaterThan(13.9 * DAY_MS);
    expect(await ben.works()).toEqual([401, 401, 404, 404, 404]);
    const listed = (await reader.send("GET /notes?scope=shared&limit=200")).body.items;
    expect(listed.map(({ id }: { id: string }) => id)).not.toContain(ben.noteId);
    const refused = await ben.signIn();
    expect([refused.code, refused.cookie]).toEqual(["account_closed", ""]);
    expect((await ben.signIn({ password: "wrong horse battery", keepAccount: true })).code).toBe("unauthenticated");
    const kept = await ben.signIn({ keepAccount: true });
    expect(kept.status).toBe(200);
    expect(await ben.works(kept.cookie)).toEqual(ALL);
    expect((await reader.send(`GET /notes/${ben.noteId}`)).body).toMatchObject({ title: "Plan", attachmentCount: 1 });
    expect(await statusOf(ben.cookie)).toBe(401);
  });

  it("the mail about an account's deletion says how to cancel the deletion", async () => {
    const lea = await person("lea");
    await useUpMailsOfDay(service, lea.email);
    await lea.close();
    await service.sendMails();
    // The mail about the deletion and the mail about the API token have no fixed order.
    const mail = mailbox.to(lea.email).find(({ subject }) => subject === "Your account was deleted");
    expect(mail?.text).toContain("keep the account");
    await lea.signIn({ keepAccount: true });
    await lea.close();
    await lea.signIn({ keepAccount: true });
    await service.sendMails();
    const subjects = mailbox.to(lea.email).map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject === "Your account was deleted")).toHaveLength(1);
  });

  it("an account gets at most three mails about its deletion in a day", async () => {
    const max = await person("max");
    await service.sendMails();
    const before = mailbox.to(max.email).length;
    const mail = { kind: "account-closed", email: max.email } as const;
    for (let nth = 0; nth < 3; nth++) await takeMailLimits({ clock: () => Date.now() - 7_200_000 }, service.db, mail);
    expect((await max.close()).status).toBe(200);
    await service.sendMails();
    expect(mailbox.to(max.email)).toHaveLength(before);
  });

  it("the cancellation of an account's deletion needs the second factor", async () => {
    const carl = await person("carl");
    const { secret } = (await post("second-factor/start", { password: TEST_PASSWORD }, carl.cookie)).body;
    const code = (ahead: number) => new TOTP({ secret }).generate({ timestamp: Date.now() + ahead });
    await post("second-factor/confirm", { code: code(0) }, carl.cookie);
    await carl.close();
    expect((await carl.signIn({ keepAccount: true })).code).toBe("second_factor_required");
    expect((await carl.signIn({ keepAccount: true, code: "000000" })).code).toBe("wrong_second_factor");
    expect((await carl.works()).slice(2)).toEqual([404, 404, 404]);
    // A sign-in that does not cancel the deletion does not use up its code.
    expect((await carl.signIn({ code: code(30_000) })).code).toBe("account_closed");
    expect((await carl.signIn({ keepAccount: true, code: code(30_000) })).status).toBe(200);
    expect((await carl.works()).slice(2)).toEqual([200, 200, 200]);
  });

  it("the account of the last administrator cannot be deleted", async () => {
    const dora = await person("dora");
    const makeAdmin = (id: string) =>
      service.useCases.rememberPerson({ id, email: undefined, name: undefined, isAdmin: true });
    await makeAdmin(dora.userId);
    expect((await dora.close()).code).toBe("last_administrator");
    await expect(service.useCases.closeAccountOf(undefined, dora.userId, { isNow: true })).rejects.toMatchObject({
      code: "last_administrator",
    });
    expect(await dora.works()).toEqual(ALL);
    await makeAdmin("chief");
    expect((await dora.close()).status).toBe(200);
  });

  it("the owner of a disabled account can't cancel its deletion", async () => {
    const [emil, fred] = [await person("emil"), await person("fred")];
    await service.useCases.closeAccountOf(undefined, emil.userId, { isNow: false });
    await fred.close();
    await service.useCases.disableUser(fred.userId);
    for (const one of [emil, fred]) {
      expect((await one.signIn({ keepAccount: true })).code).toBe("access_denied");
      expect((await one.works()).slice(1)).toEqual([401, 404, 404, 404]);
      expect(await service.useCases.enableUser(one.userId)).toBe(true);
      expect(await one.works((await one.signIn()).cookie)).toEqual(ALL);
    }
  });

  it("the operator can delete an account immediately", async () => {
    const gina = await person("gina");
    await service.useCases.closeAccountOf(undefined, gina.userId, { isNow: true });
    expect(await lookupQueries(service.db).person(gina.userId)).toBeUndefined();
    expect((await gina.signIn()).code).toBe("unauthenticated");
    expect((await signUp("gina")).userId).not.toBe(gina.userId);
    const [event] = (await administrationQueries(service.db).listEvents({ limit: 1, cursor: undefined })).items;
    expect(event).toMatchObject({ action: "person.deleted", actorId: undefined, subjectId: gina.userId });
  });

  it("the deletion of an account also deletes the previews of its files", async () => {
    const { noteId, userId, send } = await person("kim");
    const complete = await uploadPhoto({ send }, { noteId });
    expect(await sendPreview({ send }, { attachmentId: complete })).toMatchObject({ preview: { name: "small" } });
    // The client has not confirmed this preview, so a signed URL can still store its object.
    const { attachmentId: running } = await startPhoto({ send }, { noteId });
    await storePreview({ send }, { attachmentId: running });
    const { kysely } = service.db;
    const previews = await kysely.selectFrom("attachment_previews").select(["attachment_id", "object_key"]).execute();
    const keyOf = (id: string) => previews.find((preview) => preview.attachment_id === id)?.object_key;
    const [kept, staged] = [keyOf(complete), keyOf(running)];
    expect(await service.bucketContents.keys()).toEqual(expect.arrayContaining([kept, staged]));
    await service.useCases.closeAccountOf(undefined, userId, { isNow: true });
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).not.toContain(kept);
    expect(await kysely.selectFrom("attachment_previews").select("object_key").execute()).toEqual([]);
    const waiting = await kysely.selectFrom("object_deletions").select("object_key").execute();
    expect(waiting.map(({ object_key: key }) => key)).toContain(staged);
  });

  it("the deletion of a user stops if an operator enables the user meanwhile", async () => {
    const { userId } = await signUp("ida");
    for (let nth = 0; nth < 50; nth += 1) {
      await service.useCases.createNote({ userId }, { title: `Note ${nth}`, body: "" });
    }
    let batches = 0;
    beforeBatch = async () => {
      batches += 1;
      if (batches > 1) throw new Error("It did not stop.");
      await service.useCases.enableUser(userId);
    };
    await service.useCases.closeAccountOf(undefined, userId, { isNow: true });
    beforeBatch = async () => undefined;
    expect((await accountDeletionQueries(service.db).countContents(userId, 0)).notes).toBe(50);
  });

  it("the service refuses JWTs of a deleted user until the operator enables the user", async () => {
    const jan = service.as("jan");
    expect((await jan.send("POST /notes", { json: { title: "Plan" } })).status).toBe(201);
    await service.useCases.closeAccountOf(undefined, "jan", { isNow: true });
    expect(await lookupQueries(service.db).person("jan")).toBeUndefined();
    expect((await jan.send("GET /me")).body.code).toBe("access_denied");
    await service.useCases.enableUser("jan");
    expect((await jan.send("GET /me")).body.id).toBe("jan");
  });

  // This test runs last, because it moves the clock, and then tokens expire.
  it("the service deletes a closed account permanently after exactly 14 days", async () => {
    const hugo = await person("hugo");
    const hook = { url: "https://hooks.example.com/files", events: ["upload.ready"] };
    expect((await hugo.send("POST /webhooks", { json: hook })).status).toBe(201);
    await mailPreferenceQueries(service.db).put({ userId: hugo.userId }, { shares: "never" });
    await hugo.close();
    service.advance(14 * DAY_MS - 3_600_000);
    await service.useCases.deleteClosedAccounts();
    expect(await disabledUserQueries(service.db).findDeletion(hugo.userId)).toBeDefined();
    service.advance(3_600_000);
    // After 14 days, the owner can't cancel the deletion any more, even before the sweep has run.
    expect((await hugo.signIn({ keepAccount: true })).code).toBe("account_closed");
    await Promise.all([service.useCases.deleteClosedAccounts(), service.useCases.deleteClosedAccounts()]);
    const { kysely } = service.database.db;
    const tables = ["auth_sessions", "api_tokens", "note_shares", "disabled_users", "account_deletions"] as const;
    for (const table of tables) {
      const rows = await kysely.selectFrom(table).select("user_id").where("user_id", "=", hugo.userId).execute();
      expect(rows, table).toEqual([]);
    }
    expect(await webhookQueries(service.db).list(hugo.userId)).toEqual([]);
    expect((await mailPreferenceQueries(service.db).find({ userId: hugo.userId })).shares).toBe("at_once");
    expect(await accountQueries(service.db).find(hugo.userId)).toBeUndefined();
    // An unfinished upload counts as a file until it expires, because its signed URL could still store the object.
    await service.useCases.expireUploads();
    expect(await usageQueries(service.db).find(hugo.userId)).toMatchObject({ files: 0 });
    expect(await service.holdersOf(hugo.noteId)).toEqual([]);
    const events = await kysely
      .selectFrom("audit_events")
      .select("action")
      .where("note_id", "=", hugo.noteId)
      .execute();
    expect(events.map(({ action }) => action)).toEqual(expect.arrayContaining(["note.created", "note.purged"]));
    expect((await service.useCases.getNote({ userId: "other" }, hugo.othersNote)).title).toBe("Theirs");
    expect((await hugo.signIn()).code).toBe("unauthenticated");
  });
});
