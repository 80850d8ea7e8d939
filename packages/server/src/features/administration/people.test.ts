import { beforeAll, describe, expect, it } from "vitest";
import { sampleAttachment, sampleNote } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { storeLink, visitorOf } from "../../testing/link-visits.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { noteQueries } from "../notes/queries.ts";
import { peopleQueries } from "../people/queries.ts";
import { shareQueries } from "../sharing/queries/shares.ts";

const MIB = 2 ** 20;

describe.each(engines)("requirement 47: the administrators' list of people, on $name", (engine) => {
  const service = useService({
    engine,
    hasAccounts: true,
    limits: { userQuotaBytes: 10 * MIB, uploadMaxBytes: 64 * MIB },
  });
  const root = service.as("root");
  beforeAll(() => addPeople(service, ["root"]));

  const page = async (query: string, client = root) => (await client.send(`GET /admin/people?${query}`)).body;
  const personOf = async (id: string) => (await page(`q=${encodeURIComponent(id)}`)).items[0];
  const change = (id: string, json: object) => root.send(`PATCH /admin/people/${encodeURIComponent(id)}`, { json });

  it("the list of people shows the storage, files, links and state of each person", async () => {
    const note = sampleNote({ ownerId: "full" });
    await peopleQueries(service.db).put({
      id: "full",
      email: "full@example.com",
      emailProvenBy: "operator",
      name: "Full",
      isAdmin: false,
      now: 5,
    });
    await service.db.transaction(async (tx) => {
      await noteQueries(tx).insert(note);
      await attachmentQueries(tx).insert(sampleAttachment(note, { sizeBytes: 77, state: "ready" }));
    });
    await storeLink(service.db, { createdBy: "full" });
    await storeLink(service.db, { createdBy: "full", revokedAt: 1 });
    await storeLink(service.db, { createdBy: "full", expiresAt: 1 });
    expect(await personOf("full@")).toEqual({
      id: "full",
      email: "full@example.com",
      isEmailProven: true,
      name: "Full",
      isAdmin: false,
      disabledAt: null,
      deleteAt: null,
      createdAt: new Date(5).toISOString(),
      lastSignInAt: null,
      lastSeenAt: null,
      usedBytes: 77,
      quotaBytes: 10 * MIB,
      ownQuotaBytes: null,
      files: 1,
      quotaFiles: null,
      ownQuotaFiles: null,
      links: 1,
    });
  });

  it("the list of people shows the last sign-in of an account", async () => {
    const account = { email: "sam@example.com", password: "correct horse battery", name: "Sam" };
    const headers = { origin: "https://files.example.com" };
    await service.anonymous.send("POST /auth/sign-up/email", { json: account, headers });
    const first = Date.parse((await personOf("sam@")).lastSignInAt);
    service.advance(60_000);
    await service.anonymous.send("POST /auth/sign-in/email", { json: account, headers });
    expect(Date.parse((await personOf("sam@")).lastSignInAt) - first).toBeGreaterThanOrEqual(60_000);
    service.advance(-60_000);
  });

  it("the list of people shows when a person last used a session", async () => {
    const account = { email: "tia@example.com", password: "correct horse battery", name: "Tia" };
    await service.anonymous.send("POST /auth/sign-up/email", {
      json: account,
      headers: { origin: "https://files.example.com" },
    });
    const { id, lastSignInAt, lastSeenAt } = await personOf("tia@");
    expect(Math.abs(Date.parse(lastSeenAt) - Date.parse(lastSignInAt))).toBeLessThan(60_000);
    await service.db.kysely
      .updateTable("auth_sessions")
      .set({ updated_at: "2100-01-02T03:04:05.000Z" })
      .where("user_id", "=", id)
      .execute();
    expect((await personOf("tia@")).lastSeenAt).toBe("2100-01-02T03:04:05.000Z");
  });

  it("the list of people counts at most 1,000 links of a person", async () => {
    await put(service, "many");
    const { link } = await storeLink(service.db, { createdBy: "many" });
    const first = await service.db.kysely
      .selectFrom("links")
      .selectAll()
      .where("id", "=", link.id)
      .executeTakeFirstOrThrow();
    const copies = Array.from({ length: 1_005 }, (_, nth) => ({ ...first, id: `copy-${nth}` }));
    for (let at = 0; at < copies.length; at += 100) {
      await service.db.kysely
        .insertInto("links")
        .values(copies.slice(at, at + 100))
        .execute();
    }
    expect((await personOf("many")).links).toBe(1_000);
  });

  it("each person is on exactly one page of the list of people", async () => {
    const ids = ["page one", "page/two", "page-ü", `page-${"🗝".repeat(120)}`, "page\nfive"];
    for (const id of ids) await put(service, id, { now: 7 });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { items, nextCursor } = await page(`q=page&limit=2${cursor === null ? "" : `&cursor=${cursor}`}`);
      seen.push(...items.map(({ id }: { id: string }) => id));
      cursor = nextCursor;
    } while (cursor !== null);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  it.each(["%", "_", "\\", "'", '" or 1=1 --', "[a-z]*", "$1", "é"])(
    "a search of people for the text %s finds only people with this text",
    async (text) => {
      await put(service, `before ${text} after`);
      const { items } = await page(`q=${encodeURIComponent(text)}&limit=200`);
      expect(items.map(({ id }: { id: string }) => id)).toEqual([`before ${text} after`]);
    },
  );

  it("a search of people finds names and email addresses in upper or lower case", async () => {
    await peopleQueries(service.db).put({
      id: "case",
      email: "CaSe@Example.com",
      name: "Zoë Quux",
      isAdmin: false,
      now: 1,
    });
    for (const q of ["case@example", "zoë", "QUUX"]) expect((await personOf(q))?.id, q).toBe("case");
  });

  it.each(["cursor=bm90IG91cnM", "cursor=YXQ6MTo", "limit=201", "limit=0", `q=${"a".repeat(201)}`, "q=%00", "q="])(
    "the list of people refuses the query %s",
    async (query) => {
      expect((await root.send(`GET /admin/people?${query}`)).status).toBe(400);
    },
  );

  it("a disabled person's credentials and links stop working at the next request", async () => {
    const { token } = (await service.as("dan").send("POST /tokens", { json: { label: "backup" } })).body;
    await shareQueries(service.db).put({ noteId: (await storeLink(service.db)).note.id }, shareOf("dan"));
    const { note, token: linkToken } = await storeLink(service.db, { createdBy: "dan" });
    await shareQueries(service.db).put({ noteId: note.id }, shareOf("dan"));
    const visitor = visitorOf(service.app);
    const claim = (await visitor.claim(linkToken)).body;
    const statuses = async () => [
      (await service.as("dan").send("GET /notes")).status,
      (await service.anonymous.send("GET /me", { headers: { authorization: `Bearer ${token}` } })).status,
      (await visitor.look(linkToken)).status,
      (await visitor.urls(linkToken, claim.claimId)).status,
    ];
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    const { status, body } = await change("dan", { isDisabled: true });
    expect({ status, disabledAt: body.disabledAt }).toEqual({ status: 200, disabledAt: expect.any(String) });
    expect(await statuses()).toEqual([403, 401, 404, 404]);
    expect((await change("dan", { isDisabled: false })).body.disabledAt).toBeNull();
    expect(await statuses()).toEqual([200, 200, 200, 200]);
  });

  it("an administrator can set a person's quota above or below the default quota", async () => {
    const quinn = service.as("quinn");
    const { id: noteId } = (await quinn.send("POST /notes", { json: { title: "Files" } })).body;
    const start = async (sizeBytes: number) => {
      const json = { filename: "a.bin", sizeBytes, contentType: "text/plain" };
      const { status, body } = await quinn.send(`POST /notes/${noteId}/uploads`, { json });
      if (status === 201) await quinn.send(`DELETE /uploads/${body.upload.id}`);
      return status === 201 ? 201 : body.code;
    };
    expect(await start(12 * MIB)).toBe("quota_exceeded");
    expect((await change("quinn", { quotaBytes: 40 * MIB })).body).toMatchObject({
      quotaBytes: 40 * MIB,
      ownQuotaBytes: 40 * MIB,
    });
    expect(await start(12 * MIB)).toBe(201);
    expect((await quinn.send("GET /usage")).body.quotaBytes).toBe(40 * MIB);
    await change("quinn", { quotaBytes: 100 });
    expect(await start(101)).toBe("quota_exceeded");
    expect(await start(0)).toBe(201);
    expect((await change("quinn", { quotaBytes: null })).body).toMatchObject({
      quotaBytes: 10 * MIB,
      ownQuotaBytes: null,
    });
  });

  it("requirement 60: the file quota of a person limits uploads and form submissions", async () => {
    const fred = service.as("fred");
    const { id: noteId } = (await fred.send("POST /notes", { json: { title: "Files" } })).body;
    const json = { filename: "a.bin", sizeBytes: 1, contentType: "text/plain" };
    const start = async () => (await fred.send(`POST /notes/${noteId}/uploads`, { json })).status;
    const post = async () => (await fred.send(`POST /notes/${noteId}/attachments`, { form: fileForm("hello") })).status;
    const { body } = await change("fred", { quotaFiles: 2 });
    expect(body).toMatchObject({ quotaFiles: 2, ownQuotaFiles: 2, quotaBytes: 10 * MIB, ownQuotaBytes: null });
    expect([await start(), await post(), await start(), await post()]).toEqual([201, 201, 413, 413]);
    expect((await fred.send("GET /usage")).body).toMatchObject({ files: 2, quotaFiles: 2 });
    expect((await change("fred", { quotaFiles: null })).body).toMatchObject({ quotaFiles: null, ownQuotaFiles: null });
    expect(await start()).toBe(201);
  });

  it("a person whose account an administrator closed can be enabled again", async () => {
    const olga = service.as("olga");
    const { id: noteId } = (await olga.send("POST /notes", { json: { title: "Plan" } })).body;
    const { status, body } = await root.send("DELETE /admin/people/olga");
    expect(status).toBe(200);
    expect((await olga.send("GET /me")).status).toBe(403);
    expect(await personOf("olga")).toMatchObject({ deleteAt: body.deleteAt, disabledAt: expect.any(String) });
    await change("olga", { isDisabled: false });
    expect((await personOf("olga")).deleteAt).toBeNull();
    expect((await olga.send(`GET /notes/${noteId}`)).status).toBe(200);
    expect((await root.send("DELETE /admin/people/nobody")).body).toMatchObject({ code: "user_not_found" });
  });

  it("a password reset link from an administrator works once", async () => {
    const account = { email: "pat@example.com", password: "correct horse battery", name: "Pat" };
    const headers = { origin: "https://files.example.com" };
    const { id } = (await service.anonymous.send("POST /auth/sign-up/email", { json: account, headers })).body.user;
    const make = () => root.send(`POST /admin/people/${id}/reset-link`);
    const made = await make();
    expect(made.status).toBe(201);
    expect(made.headers["cache-control"]).toBe("no-store");
    const token = new URL(made.body.url).hash.slice(1);
    expect(made.body.url).toMatch(/^https:\/\/files\.example\.com\/new-password#/);
    const reset = () =>
      service.anonymous.send("POST /auth/reset-password", {
        json: { token, newPassword: "another good phrase" },
        headers,
      });
    expect([(await reset()).status, (await reset()).status]).toEqual([200, 410]);
    await change(id, { isDisabled: true });
    expect((await make()).status).toBe(403);
    expect((await root.send("POST /admin/people/ann/reset-link")).body.code).toBe("user_not_found");
  });

  it("the reset links of an administrator stop working when the person is disabled", async () => {
    const headers = { origin: "https://files.example.com" };
    const signUp = async (name: string) => {
      const account = { email: `${name}@example.com`, password: "correct horse battery", name };
      return (await service.anonymous.send("POST /auth/sign-up/email", { json: account, headers })).body.user.id;
    };
    const boss = await signUp("boss");
    const staff = await signUp("staff");
    await peopleQueries(service.db).put({ id: boss, email: "boss@example.com", name: "boss", isAdmin: true, now: 1 });
    expect((await root.send(`POST /admin/people/${boss}/reset-link`)).body).toMatchObject({ code: "access_denied" });
    await addPeople(service, ["chief"]);
    const made = await service.as("chief").send(`POST /admin/people/${staff}/reset-link`);
    expect((await change("chief", { isDisabled: true })).status).toBe(200);
    const json = { token: new URL(made.body.url).hash.slice(1), newPassword: "another good phrase" };
    expect((await service.anonymous.send("POST /auth/reset-password", { json, headers })).status).toBe(410);
  });

  it("a change of a person fails if the person is unknown or a value is invalid", async () => {
    expect((await change("nobody", { isDisabled: true })).body).toMatchObject({ status: 422, code: "user_not_found" });
    for (const json of [
      {},
      { quotaBytes: -1 },
      { quotaBytes: 1.5 },
      { quotaFiles: -1 },
      { quotaFiles: "5" },
      { isAdmin: true },
    ]) {
      expect((await change("full", json)).status, JSON.stringify(json)).toBe(400);
    }
  });
});

describe.each(engines)("requirement 48: the last administrator on $name", (engine) => {
  it("the last administrator can't disable their own account", async () => {
    const service = await startServiceInTest({ engine });
    await addPeople(service, ["root", "gone"]);
    await service.useCases.disableUser("gone");
    const leave = () => service.as("root").send("PATCH /admin/people/root", { json: { isDisabled: true } });
    expect((await leave()).body).toMatchObject({ status: 409, code: "last_administrator" });
    await service.useCases.enableUser("gone");
    expect((await leave()).status).toBe(200);
  });

  it("if four administrators disable each other at the same time, one stays enabled", async () => {
    const service = await startServiceInTest({ engine });
    const names = ["a", "b", "c", "d"];
    await addPeople(service, names);
    const acts = names.flatMap((actor) => names.map((target) => ({ actor, target })));
    const answers = await Promise.all(
      acts.map(({ actor, target }) =>
        service.as(actor).send(`PATCH /admin/people/${target}`, { json: { isDisabled: true } }),
      ),
    );
    for (const { status } of answers) expect([200, 403, 409]).toContain(status);
    const left = await Promise.all(names.map((name) => service.as(name).send("GET /me")));
    expect(left.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe.each(engines)("the quota of a person on $name", (engine) => {
  it("a person's quota limits form submissions if the service has no default quota", async () => {
    const service = await startServiceInTest({ engine });
    const ann = service.as("ann");
    const { id: noteId } = (await ann.send("POST /notes", { json: { title: "Files" } })).body;
    const post = async (content: string) =>
      (await ann.send(`POST /notes/${noteId}/attachments`, { form: fileForm(content) })).status;
    expect(await post("a".repeat(20))).toBe(201);
    await service.useCases.changePerson(undefined, "ann", { quotaBytes: 30 });
    expect([await post("a".repeat(11)), await post("a".repeat(10))]).toEqual([413, 201]);
  });
});

type Service = Pick<ReturnType<typeof useService>, "db" | "useCases">;

async function addPeople({ useCases }: Service, administrators: readonly string[]): Promise<void> {
  for (const id of administrators) {
    await useCases.rememberPerson({ id, email: `${id}@example.com`, name: id, isAdmin: true });
  }
}

function put({ db }: Service, id: string, { now = 1 } = {}): Promise<void> {
  return peopleQueries(db).put({ id, email: undefined, name: undefined, isAdmin: false, now });
}

const shareOf = (userId: string) =>
  ({ userId, role: "editor", expiresAt: undefined, createdAt: 1, createdBy: "ann" }) as const;
