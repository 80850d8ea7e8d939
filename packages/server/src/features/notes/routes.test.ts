import { beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../platform/database/queries.ts";
import { DomainError } from "../../platform/errors.ts";
import { sampleAttachment, sampleNote, sampleShare } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { withQueries } from "../../testing/database/with-queries.ts";
import { fileForm } from "../../testing/form.ts";
import type { Client } from "../../testing/service.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import { createWorld, unknownId } from "../../testing/world.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { peopleQueries } from "../people/queries.ts";
import { shareQueries } from "../sharing/queries/shares.ts";
import { noteQueries } from "./queries.ts";

describe.each(engines)("notes on $name", (engine) => {
  const service = useService({ engine });
  const ann = service.as("ann");

  it("a person can create, read, change and delete a note", async () => {
    const created = await ann.send("POST /notes", { json: { title: "Plan" } });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ title: "Plan", body: "", ownerId: "ann", attachments: [] });
    const { id } = created.body;
    expect((await ann.send(`PATCH /notes/${id}`, { json: { body: "More" } })).body).toMatchObject({
      title: "Plan",
      body: "More",
    });
    expect((await ann.send(`GET /notes/${id}`)).body).toMatchObject({ title: "Plan", body: "More" });
    expect((await ann.send(`GET /notes/${id.toUpperCase()}`)).body.id).toBe(id);
    const deleted = await ann.send(`DELETE /notes/${id}`);
    expect([deleted.status, deleted.text]).toEqual([204, ""]);
    expect((await ann.send(`GET /notes/${id}`)).body).toMatchObject({ status: 404, code: "note_not_found" });
  });

  it("a response with a note names its owner, its senders and the caller's role", async () => {
    const [bob, carl] = [service.as("bob"), service.as("carl")];
    for (const person of [bob, carl]) await person.send("GET /me");
    const { id, ...created } = (await ann.send("POST /notes", { json: { title: "Ours" } })).body;
    const owner = { id: "ann", name: "ann", email: "ann@example.com" };
    expect(created).toMatchObject({ ownerId: "ann", owner, role: "owner" });
    await ann.send(`PUT /notes/${id}/shares`, { json: { userIds: ["bob"], role: "editor" } });
    await ann.send(`PUT /notes/${id}/shares`, { json: { userIds: ["carl"] } });
    await bob.send(`POST /notes/${id}/attachments`, { form: fileForm() });
    const attachments = [{ createdBy: { id: "bob", name: "bob", email: "bob@example.com" } }];
    const roles = new Map([ann, bob, carl].map((person, nth) => [person, ["owner", "editor", "viewer"][nth]]));
    for (const [person, role] of roles) {
      expect((await person.send(`GET /notes/${id}`)).body).toMatchObject({ owner, role, attachments });
      const list = await person.send(`GET /notes?limit=1&scope=${role === "owner" ? "owned" : "shared"}`);
      expect(list.body.items).toMatchObject([{ id, owner, role, attachmentCount: 1 }]);
    }
    expect((await bob.send(`PATCH /notes/${id}`, { json: { body: "New" } })).body).toMatchObject({
      owner,
      role: "editor",
    });
  });

  it("only the owner of the note and the sender of a rejected file see the file", async () => {
    const note = sampleNote({ ownerId: "ann" });
    await noteQueries(service.db).insert(note);
    await attachmentQueries(service.db).insert(sampleAttachment(note, { state: "rejected", createdBy: "bob" }));
    for (const userId of ["bob", "carl"]) {
      await shareQueries(service.db).put({ noteId: note.id }, sampleShare({ userId, role: "editor" }));
    }
    const seen = async (person: string) => {
      const { body } = await service.as(person).send(`GET /notes/${note.id}`);
      const { items } = (await service.as(person).send(`GET /notes/${note.id}/attachments`)).body;
      return [body.attachments.length, items.length, body.attachmentCount];
    };
    expect([await seen("ann"), await seen("bob"), await seen("carl")]).toEqual([
      [1, 1, 0],
      [1, 1, 0],
      [0, 0, 0],
    ]);
  });

  it("a reader of a note sees the expiry of their own access, but not who has access", async () => {
    const { id } = (await ann.send("POST /notes", { json: { title: "Terms" } })).body;
    const file = (await ann.send(`POST /notes/${id}/attachments`, { form: fileForm() })).body;
    const expiresAt = "2999-01-01T00:00:00.000Z";
    await ann.send(`PUT /attachments/${file.id}/shares`, { json: { emails: ["new@example.com"] } });
    await ann.send(`PUT /notes/${id}/shares`, { json: { userIds: ["carl"], expiresAt } });
    const [own, read] = [await ann.send(`GET /notes/${id}`), await service.as("carl").send(`GET /notes/${id}`)];
    expect(own.body).toMatchObject({ accessExpiresAt: null, access: { people: { count: 1, until: expiresAt } } });
    expect(own.body.attachments).toEqual([{ ...file, access: { invitations: { count: 1 } } }]);
    expect(read.body).toMatchObject({ accessExpiresAt: expiresAt, attachments: [file] });
    expect([read.body.access, read.body.attachments[0].access]).toEqual([undefined, undefined]);
    const listOf = async (person: string, scope: string) =>
      (await service.as(person).send(`GET /notes?scope=${scope}`)).body.items.find(
        (note: { id: string }) => note.id === id,
      );
    expect((await listOf("ann", "owned")).accessExpiresAt).toBe(null);
    expect(await listOf("carl", "shared")).toMatchObject({ role: "viewer", accessExpiresAt: expiresAt });
  });

  it("the access summary of a note counts the files that are shared separately", async () => {
    const note = sampleNote({ ownerId: "ann" });
    await noteQueries(service.db).insert(note);
    const files = Array.from({ length: 203 }, () => sampleAttachment(note, { state: "ready", sizeBytes: 1 }));
    for (const file of files) await attachmentQueries(service.db).insert(file);
    const accessOf = async () => {
      const listed = (await ann.send("GET /notes?limit=1")).body.items[0].access;
      expect((await ann.send(`GET /notes/${note.id}`)).body.access).toEqual(listed);
      return listed;
    };
    expect(await accessOf()).toEqual({});
    const [last, invited] = [files.at(-1)?.id, files.at(-2)?.id];
    const expiresAt = "2999-01-01T00:00:00.000Z";
    await ann.send(`PUT /attachments/${last}/shares`, { json: { userIds: ["carl", "dora"], expiresAt } });
    expect(await accessOf()).toEqual({ sharedFiles: { count: 1, until: expiresAt } });
    await ann.send(`PUT /attachments/${invited}/shares`, { json: { emails: ["late@example.com"] } });
    expect(await accessOf()).toEqual({ sharedFiles: { count: 2, next: expiresAt } });
    await ann.send(`PUT /notes/${note.id}/shares`, { json: { userIds: ["carl"] } });
    await ann.send(`DELETE /attachments/${last}/shares/dora`);
    expect(await accessOf()).toEqual({ people: { count: 1 }, sharedFiles: { count: 1 } });
    await ann.send(`DELETE /attachments/${invited}`);
    expect(await accessOf()).toEqual({ people: { count: 1 } });
  });

  it("for an owner that is not known, a response with the note contains only the owner's id", async () => {
    const note = sampleNote({ ownerId: "stranger" });
    await noteQueries(service.db).insert(note);
    await shareQueries(service.db).put({ noteId: note.id }, sampleShare({ userId: "dora" }));
    const { body } = await service.as("dora").send(`GET /notes/${note.id}`);
    expect(body.owner).toEqual({ id: "stranger", name: null, email: null });
  });

  it("a list of notes reads the names of all owners with one query", async () => {
    const asked: (readonly string[])[] = [];
    const own = await startServiceInTest({
      engine,
      wrap: {
        database: (db) => {
          const findByIds = (ids: readonly string[]) => {
            asked.push(ids);
            return peopleQueries(db).findByIds(ids);
          };
          return { ...db, built: withQueries(db, peopleQueries, { findByIds }) };
        },
      },
    });
    const ella = own.as("ella");
    const owners = Array.from({ length: 5 }, (_, nth) => `owner-${nth}`);
    for (const ownerId of owners) {
      const note = sampleNote({ ownerId });
      await noteQueries(own.db).insert(note);
      await shareQueries(own.db).put({ noteId: note.id }, sampleShare({ userId: "ella" }));
    }
    expect((await ella.send("GET /notes?scope=shared")).body.items).toHaveLength(5);
    expect(asked.map((ids) => ids.toSorted())).toEqual([owners]);
  });

  it("the creation or change of a note succeeds even if the query for names fails", async () => {
    const down = () => Promise.reject(new DomainError("database_unavailable", "The database can't be reached"));
    const database = (db: Database): Database => ({
      ...db,
      built: withQueries(db, peopleQueries, { findByIds: down }),
    });
    const own = await startServiceInTest({ engine, wrap: { database } });
    const hugo = own.as("hugo");
    const person = { id: "hugo", name: null, email: null };
    const created = await hugo.send("POST /notes", { json: { title: "Plan" } });
    expect([created.status, created.body.owner]).toEqual([201, person]);
    const { id, updatedAt } = created.body;
    const changed = await hugo.send(`PATCH /notes/${id}`, { json: { body: "New", ifUpdatedAt: updatedAt } });
    expect([changed.status, changed.body.owner]).toEqual([200, person]);
    const attached = await hugo.send(`POST /notes/${id}/attachments`, { form: fileForm() });
    expect([attached.status, attached.body.createdBy]).toEqual([201, person]);
  });

  it("the service also deletes files that arrive during the deletion of their note", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { id } = (await ann.send("POST /notes", { json: { title: "Busy" } })).body;
      const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
      const adding = Array.from({ length: 4 }, () => ann.send(`POST /notes/${id}/uploads`, { json }));
      const [deleted, ...added] = await Promise.all([ann.send(`DELETE /notes/${id}`), ...adding]);
      expect(deleted.status).toBe(204);
      for (const { status, body } of added) {
        if (status !== 201) {
          expect(body.code).toBe("note_not_found");
          continue;
        }
        const objectKey = new URL(body.upload.url).pathname.split("/").at(-1) ?? "";
        const queued = service.database.db.kysely.selectFrom("object_deletions").select("object_key");
        expect(await queued.where("object_key", "=", objectKey).execute()).toHaveLength(1);
      }
    }
  });

  it("the list of notes has pages, newest note first", async () => {
    const bob = service.as("bob");
    for (const title of ["one", "two", "three"]) await bob.send("POST /notes", { json: { title } });
    const first = await bob.send("GET /notes?limit=2");
    expect(first.body.items.map(({ title }: { title: string }) => title)).toEqual(["three", "two"]);
    const second = await bob.send(`GET /notes?limit=2&cursor=${encodeURIComponent(first.body.nextCursor)}`);
    expect(second.body.items.map(({ title }: { title: string }) => title)).toEqual(["one"]);
    expect(second.body.nextCursor).toBeNull();
  });

  describe("search", () => {
    const ids = new Map<string, string>();
    let finn: Client;
    beforeAll(async () => {
      finn = service.as("finn");
      const bodies = [
        "100% sure_thing \\ 'quoted' \"twice\"",
        "Überblick über die Straße",
        "e\u0301tude: ПЛАН",
        "100 percent",
      ];
      for (const [nth, body] of bodies.entries()) {
        const { id } = (await finn.send("POST /notes", { json: { title: `Note ${nth}`, body } })).body;
        ids.set(id, String(nth));
      }
      const [first = ""] = ids.keys();
      await finn.send(`POST /notes/${first}/attachments`, { form: fileForm("x", "Jahres_Bericht 50%.txt") });
      const json = { filename: "never-came.txt", sizeBytes: 1, contentType: "text/plain" };
      const { upload } = (await finn.send(`POST /notes/${first}/uploads`, { json })).body;
      expect((await find("NEVER-came")).found).toEqual(["0"]);
      await finn.send(`DELETE /uploads/${upload.id}`);
      for (const id of ids.keys()) await finn.send(`PUT /notes/${id}/shares`, { json: { userIds: ["gina"] } });
    });

    async function find(q: string, { page = "", as = finn, scope = "owned" } = {}) {
      const { body } = await as.send(`GET /notes?scope=${scope}&q=${encodeURIComponent(q)}${page}`);
      return { found: body.items.map(({ id }: { id: string }) => ids.get(id)), nextCursor: body.nextCursor };
    }

    it.each([
      ["note", ["3", "2", "1", "0"]],
      ["NOTE 2", ["2"]],
      ["ÜBERBLICK", ["1"]],
      ["über", ["1"]],
      ["strasse", ["1"]],
      ["ÉTUDE", ["2"]],
      ["план", ["2"]],
      ["100%", ["0"]],
      ["100_", []],
      ["%", ["0"]],
      ["_", ["0"]],
      ["e_thing \\ 'quoted' \"TWICE\"", ["0"]],
      ["\\", ["0"]],
      ["  jahres_bericht 50%.TXT  ", ["0"]],
      ["never-came", []],
      ["Note 1Über", []],
      ["*", []],
      [" ", ["3", "2", "1", "0"]],
    ])("a search for %j finds the notes %j, both in owned and in shared notes", async (q, found) => {
      expect((await find(q)).found).toEqual(found);
      expect((await find(q, { as: service.as("gina"), scope: "shared" })).found).toEqual(found);
    });

    it("a search returns its results in pages", async () => {
      const first = await find("note", { page: "&limit=3" });
      expect(first.found).toEqual(["3", "2", "1"]);
      const second = await find("note", { page: `&limit=3&cursor=${encodeURIComponent(first.nextCursor)}` });
      expect(second).toEqual({ found: ["0"], nextCursor: null });
    });

    it("a search names at most three matching files of each note", async () => {
      const [first = "", second = ""] = ids.keys();
      const names = ["Plan 1.txt", "Plan 2.txt", "PLAN 3.txt", "plan 4.txt"];
      for (const name of names) await finn.send(`POST /notes/${first}/attachments`, { form: fileForm("x", name) });
      await finn.send(`POST /notes/${second}/attachments`, { form: fileForm("x", "Plan 5.txt") });
      const rejected = await finn.send(`POST /notes/${first}/uploads`, {
        json: { filename: "Plan 0.txt", sizeBytes: 1, contentType: "text/plain" },
      });
      const state = { from: "pending", to: "rejected" } as const;
      await attachmentQueries(service.db).transition(rejected.body.upload.attachmentId, state);
      for (const [client, scope] of [
        [finn, "owned"],
        [service.as("gina"), "shared"],
      ] as const) {
        const { items } = (await client.send(`GET /notes?scope=${scope}&q=plan%20`)).body;
        const found = items.map(({ foundFiles }: { foundFiles?: { filename: string }[] }) =>
          foundFiles?.map(({ filename }) => filename),
        );
        expect(found).toEqual([["Plan 5.txt"], names.slice(0, 3)]);
        const [titled] = (await client.send(`GET /notes?scope=${scope}&q=note%203`)).body.items;
        expect(titled).not.toHaveProperty("foundFiles");
      }
      expect((await find("plan 0")).found).toEqual([]);
    });

    it("a search finds the current text of a note after a change", async () => {
      const { id } = (await finn.send("POST /notes", { json: { title: "Before", body: "Body stays" } })).body;
      ids.set(id, "changed");
      await finn.send(`PATCH /notes/${id}`, { json: { title: "Afterwards" } });
      expect([(await find("before")).found, (await find("AFTER")).found]).toEqual([[], ["changed"]]);
      await finn.send(`PATCH /notes/${id}`, { json: { body: "Text" } });
      expect([(await find("stays")).found, (await find("AFTER")).found]).toEqual([[], ["changed"]]);
      await finn.send(`DELETE /notes/${id}`);
    });
  });

  it.each([
    ["POST /notes", { title: "a", key: "k" }, /"key"\. It accepts title, body/],
    ["POST /notes", { title: "a", bucket: "b" }, /"bucket"/],
    ["POST /notes", { title: "a", "../": 1 }, /"\.\.\/"/],
    ["POST /notes", {}, /title/],
    ["POST /notes", { title: 5 }, /title in the body must be string/],
    ["POST /notes", { title: "x".repeat(301) }, /title in the body must not have more than 300/],
    ["POST /notes", { title: "a\u0000b" }, /title in the body must be text without U\+0000/],
    ["POST /notes", { title: "a\ud800b" }, /title in the body must be text without .*half of a surrogate pair/],
    ["POST /notes", { title: "a", body: "\udc00\ud83d" }, /body in the body must be text without/],
    [`PATCH /notes/${unknownId()}`, { body: "a\u0000" }, /body in the body must be text without/],
    [`PUT /notes/${unknownId()}/shares`, { userIds: ["b\u0000b"] }, /userIds\.0 in the body must be text without/],
    [`PUT /notes/${unknownId()}/shares`, { emails: ["b\u0000@example.com"] }, /emails\.0 in the body/],
    [`PUT /notes/${unknownId()}/shares`, { emails: ["b@exampl\ud800.com"] }, /emails\.0 in the body/],
    [`DELETE /notes/${unknownId()}/shares/b%00b`, undefined, /userId in the path must be text without/],
    ["POST /notes", [], /must be object/],
    ["POST /notes", undefined, /must be object/],
    [`PATCH /notes/${unknownId()}`, {}, /fewer than 1/],
    [`PATCH /notes/${unknownId()}`, { ifUpdatedAt: "2026-01-01T00:00:00Z" }, /at least one of title and body/],
    [`PATCH /notes/${unknownId()}`, { title: "a", ifUpdatedAt: "yesterday" }, /ifUpdatedAt in the body must be ISO/],
    [
      `PATCH /notes/${unknownId()}`,
      { title: "a", ifUpdatedAt: "2026-02-30T00:00:00Z" },
      /ifUpdatedAt .* doesn't exist/,
    ],
    [`PATCH /notes/${unknownId()}`, { title: "a", ifUpdatedAt: null }, /ifUpdatedAt in the body must be/],
    ["GET /notes?limit=0", undefined, /limit in the query must be >= 1/],
    ["GET /notes?limit=201", undefined, /limit in the query must be <= 200/],
    ["GET /notes?limit=1e2", undefined, /limit in the query must be integer/],
    ["GET /notes?limit=1&limit=2", undefined, /limit in the query must be integer/],
    ["GET /notes?scope=all", undefined, /scope in the query must be one of owned, shared/],
    ["GET /notes?q=", undefined, /q in the query must not have fewer than 1/],
    [`GET /notes?q=${"x".repeat(201)}`, undefined, /q in the query must not have more than 200/],
    ["GET /notes?q=%00", undefined, /q in the query must be text without U\+0000/],
    ["GET /notes?q=a&q=b", undefined, /q in the query must be string/],
    ["GET /notes?page=2", undefined, /"page"\. It accepts limit, cursor, scope, sort, q/],
    ["GET /notes/not-an-id", undefined, /noteId in the path must be UUIDv7/],
    [`GET /notes/${"x".repeat(900)}`, undefined, /noteId in the path/],
  ])("the request %s with the body %j returns 400, and names the wrong member", async (call, json, detail) => {
    const answer = await ann.send(call, json === undefined ? {} : { json });
    expect(answer.body).toMatchObject({ status: 400, code: "invalid_request" });
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(detail);
  });

  it("a note stores unusual but valid Unicode text without a change", async () => {
    for (const text of ["\u{1f600}", "e\u0301\u202e\ufeff\uffff\u0001\r\n\t", "\u{10ffff}"]) {
      const { body } = await ann.send("POST /notes", { json: { title: text, body: text } });
      const read = await ann.send(`GET /notes/${body.id}`);
      expect(read.body).toMatchObject({ title: text, body: text });
    }
  });

  it("a list of notes returns 400 for an invalid cursor", async () => {
    expect((await ann.send("GET /notes?cursor=zzz")).body).toMatchObject({ status: 400, code: "invalid_cursor" });
  });

  it("requirement 17: lists and activity show no notes to which the caller has no access", async () => {
    const world = await createWorld(service);
    const otherUser = service.as("otherUser");
    const search = "q=hello.TXT";
    const searches = [`GET /notes?${search}`, "GET /notes?q=title", `GET /notes?scope=shared&${search}`];
    for (const list of ["GET /notes", "GET /notes?scope=shared", "GET /activity", ...searches]) {
      expect((await otherUser.send(list)).body).toEqual({ items: [], nextCursor: null });
    }
    // A person with an expired or revoked share, or with a share of only one file, does not see the note in the list.
    for (const person of ["expiredShare", "revokedShare", "fileViewer", "otherFileShare"]) {
      for (const list of ["GET /notes?scope=shared", `GET /notes?scope=shared&${search}`, `GET /notes?${search}`]) {
        expect((await service.as(person).send(list)).text).not.toContain(world.noteId);
      }
    }
    for (const list of ["GET /notes?scope=shared", `GET /notes?scope=shared&${search}`]) {
      expect((await service.as("viewer").send(list)).text).toContain(world.noteId);
    }
  });
});
