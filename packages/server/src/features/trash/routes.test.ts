import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import { requestOf, routesOf } from "../../testing/sample-requests.ts";
import type { Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { createWorld, people, unknownId, type World } from "../../testing/world.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";
import { findDrifts } from "../usage/index.ts";
import { usageQueries } from "../usage/queries.ts";
import { trashQueries } from "./queries.ts";

const DAY_MS = 86_400_000;

describe.each(engines)("the trash on $name", (engine) => {
  const service = useService({ engine, limits: { trashDays: 30, userQuotaBytes: 1_000_000 } });
  let users = 0;

  /** Creates a new owner with a note that has one file, and a viewer and an editor of this note. */
  async function arrange() {
    users += 1;
    const named = (name: string) => `${name}-${users}`;
    const [owner, editor, viewer] = ["owner", "editor", "viewer"].map((name) => service.as(named(name))) as [
      Client,
      Client,
      Client,
    ];
    const { id: noteId } = (await owner.send("POST /notes", { json: { title: "Plan" } })).body;
    const attachmentId = await attach(owner, noteId);
    for (const [name, role] of [
      ["editor", "editor"],
      ["viewer", "viewer"],
    ] as const) {
      await owner.send(`PUT /notes/${noteId}/shares`, { json: { userIds: [named(name)], role } });
    }
    return { owner, editor, viewer, noteId, attachmentId, ownerId: named("owner") };
  }

  async function attach(client: Client, noteId: string): Promise<string> {
    const { status, body } = await client.send(`POST /notes/${noteId}/attachments`, { form: fileForm() });
    expect(status).toBe(201);
    return body.id;
  }

  const trashOf = async (client: Client) => (await client.send("GET /trash")).body.items;
  const usageOf = async (client: Client) => (await client.send("GET /usage")).body.usedBytes;

  it("a restored note has its files and shares again, but not its links", async () => {
    const { owner, viewer, noteId, attachmentId } = await arrange();
    const link = (await owner.send(`POST /notes/${noteId}/links`, { json: { label: "Bank" } })).body;
    const before = (await owner.send(`GET /notes/${noteId}`)).body;
    expect((await owner.send(`DELETE /notes/${noteId}`)).status).toBe(204);
    const [item, ...others] = await trashOf(owner);
    expect(others).toEqual([]);
    expect(item).toMatchObject({ noteId, noteTitle: "Plan", attachmentId: null, filename: null, files: 1 });
    expect(Date.parse(item.purgeAt) - Date.parse(item.deletedAt)).toBe(30 * DAY_MS);
    expect((await viewer.send(`GET /notes/${noteId}`)).body.code).toBe("note_not_found");
    expect((await owner.send(`POST /trash/notes/${noteId}/restore`)).status).toBe(204);
    const { links, ...access } = before.access;
    expect(links.count).toBe(1);
    expect((await owner.send(`GET /notes/${noteId}`)).body).toEqual({ ...before, access });
    expect((await viewer.send(`GET /attachments/${attachmentId}/url`)).status).toBe(200);
    expect(await trashOf(owner)).toEqual([]);
    expect((await owner.send(`GET /links/${link.id}`)).body.state).toBe("revoked");
  });

  it("a restored file has its shares again, but no link lists the file", async () => {
    const { owner, editor, noteId, attachmentId } = await arrange();
    const reader = service.as("reader");
    await owner.send(`PUT /attachments/${attachmentId}/shares`, { json: { userIds: ["reader"] } });
    const link = (await owner.send(`POST /attachments/${attachmentId}/links`, { json: {} })).body;
    await editor.send(`DELETE /attachments/${attachmentId}`);
    expect((await reader.send(`GET /attachments/${attachmentId}/url`)).body.code).toBe("attachment_not_found");
    expect((await owner.send(`GET /notes/${noteId}`)).body).toMatchObject({ attachmentCount: 0, attachments: [] });
    const item = { noteId, noteTitle: "Plan", attachmentId, filename: "hello.txt", files: 1 };
    for (const client of [owner, editor]) expect(await trashOf(client)).toMatchObject([item]);
    expect((await editor.send(`POST /trash/attachments/${attachmentId}/restore`)).status).toBe(204);
    expect((await reader.send(`GET /attachments/${attachmentId}/url`)).status).toBe(200);
    expect((await owner.send(`GET /links/${link.id}`)).body.files).toEqual([]);
  });

  it("requirement 46: only a person who may delete an item finds it in the trash", async () => {
    const { owner, editor, viewer, noteId, attachmentId } = await arrange();
    const stranger = service.as("stranger");
    await owner.send(`DELETE /attachments/${attachmentId}`);
    const ofFile = [`POST /trash/attachments/${attachmentId}/restore`, `DELETE /trash/attachments/${attachmentId}`];
    for (const client of [viewer, stranger]) {
      expect(await trashOf(client)).toEqual([]);
      for (const call of ofFile) expect((await client.send(call)).body.code).toBe("access_denied");
    }
    await owner.send(`DELETE /notes/${noteId}`);
    const ofNote = [`POST /trash/notes/${noteId}/restore`, `DELETE /trash/notes/${noteId}`];
    for (const client of [editor, viewer, stranger]) {
      expect(await trashOf(client)).toEqual([]);
      for (const call of ofNote) expect((await client.send(call)).body.code).toBe("access_denied");
    }
    expect(await trashOf(owner)).toMatchObject([{ noteId, attachmentId: null, files: 0 }]);
  });

  it("an editor whose share was revoked finds no file of the note in the trash", async () => {
    const { owner, editor, noteId, attachmentId } = await arrange();
    await owner.send(`DELETE /attachments/${attachmentId}`);
    await owner.send(`DELETE /notes/${noteId}/shares/editor-${users}`);
    expect(await trashOf(editor)).toEqual([]);
    const restored = await editor.send(`POST /trash/attachments/${attachmentId}/restore`);
    expect(restored.body.code).toBe("access_denied");
  });

  it("the trash does not show a file whose note is also in the trash", async () => {
    const { owner, noteId, attachmentId } = await arrange();
    await owner.send(`DELETE /attachments/${attachmentId}`);
    await owner.send(`DELETE /notes/${noteId}`);
    const restore = () => owner.send(`POST /trash/attachments/${attachmentId}/restore`);
    expect((await restore()).body.code).toBe("attachment_not_found");
    await owner.send(`POST /trash/notes/${noteId}/restore`);
    expect((await owner.send(`GET /notes/${noteId}`)).body.attachments).toEqual([]);
    expect((await restore()).status).toBe(204);
    await owner.send(`DELETE /attachments/${attachmentId}`);
    await owner.send(`DELETE /notes/${noteId}`);
    await owner.send(`DELETE /trash/notes/${noteId}`);
    expect((await restore()).body.code).toBe("attachment_not_found");
    expect(await usageOf(owner)).toBe(0);
  });

  it("the trash returns 404 for items that are restored, purged or unknown", async () => {
    const { owner, noteId, attachmentId } = await arrange();
    const calls = [
      [`POST /trash/notes/${noteId}/restore`, "note_not_found"],
      [`DELETE /trash/notes/${noteId}`, "note_not_found"],
      [`POST /trash/attachments/${attachmentId}/restore`, "attachment_not_found"],
      [`DELETE /trash/attachments/${unknownId()}`, "attachment_not_found"],
      // The path is for a note, but the id in it is the id of an attachment.
      [`POST /trash/notes/${attachmentId}/restore`, "note_not_found"],
    ] as const;
    const findsNothing = async () => {
      for (const [call, code] of calls) expect((await owner.send(call)).body).toMatchObject({ status: 404, code });
    };
    await findsNothing();
    await owner.send(`DELETE /notes/${noteId}`);
    await owner.send(`POST /trash/notes/${noteId}/restore`);
    await findsNothing();
    await owner.send(`DELETE /notes/${noteId}`);
    expect((await owner.send(`DELETE /trash/notes/${noteId}`)).status).toBe(204);
    await findsNothing();
  });

  it("items in the trash still count in the quota, so a restoration needs no free quota", async () => {
    const { owner, ownerId, noteId, attachmentId } = await arrange();
    const used = await usageOf(owner);
    await owner.send(`DELETE /attachments/${attachmentId}`);
    await owner.send(`DELETE /notes/${noteId}`);
    expect(await usageOf(owner)).toBe(used);
    expect(await findDrifts(service.db)).toEqual([]);
    await service.db.transaction((tx) =>
      usageQueries(tx).hold({
        objectKey: `held-${ownerId}`,
        ownerId,
        sizeBytes: 5_000_000,
        expiresAt: Number.MAX_SAFE_INTEGER,
      }),
    );
    expect((await owner.send(`POST /trash/notes/${noteId}/restore`)).status).toBe(204);
    expect((await owner.send(`POST /trash/attachments/${attachmentId}/restore`)).status).toBe(204);
    expect(await usageOf(owner)).toBe(used + 5_000_000);
    await owner.send(`DELETE /notes/${noteId}`);
    await owner.send(`DELETE /trash/notes/${noteId}`);
    expect(await usageOf(owner)).toBe(5_000_000);
  });

  it("the restoration of a note does not bring back its unfinished uploads", async () => {
    const { owner, noteId, attachmentId } = await arrange();
    const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
    const { upload } = (await owner.send(`POST /notes/${noteId}/uploads`, { json })).body;
    await owner.send(`DELETE /notes/${noteId}`);
    const complete = () => owner.send(`POST /uploads/${upload.id}/complete`);
    expect((await complete()).body.code).toBe("upload_not_found");
    await owner.send(`POST /trash/notes/${noteId}/restore`);
    expect((await complete()).body.code).toBe("upload_not_found");
    const { attachments } = (await owner.send(`GET /notes/${noteId}`)).body;
    expect(attachments.map(({ id }: { id: string }) => id)).toEqual([attachmentId]);
  });

  it("only one of several parallel restorations and purges of an item succeeds", async () => {
    const { owner, noteId, attachmentId } = await arrange();
    for (const path of [`attachments/${attachmentId}`, `notes/${noteId}`]) {
      await owner.send(`DELETE /${path}`);
      const calls = [`POST /trash/${path}/restore`, `DELETE /trash/${path}`];
      const answers = await Promise.all([...calls, ...calls].map((call) => owner.send(call)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 404, 404, 404]);
    }
    expect(await findDrifts(service.db)).toEqual([]);
  });

  it("a note stays consistent during parallel deletions, restorations and new files", async () => {
    const { owner, ownerId, noteId, attachmentId } = await arrange();
    const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
    const calls = () => [
      owner.send(`DELETE /notes/${noteId}`),
      owner.send(`POST /notes/${noteId}/attachments`, { form: fileForm() }),
      owner.send(`POST /notes/${noteId}/uploads`, { json }),
      owner.send(`DELETE /attachments/${attachmentId}`),
      owner.send(`POST /trash/notes/${noteId}/restore`),
      owner.send(`POST /trash/attachments/${attachmentId}/restore`),
    ];
    for (let round = 0; round < 5; round += 1) {
      for (const { status } of await Promise.all(calls())) expect([201, 204, 404]).toContain(status);
    }
    const isDeleted = async () => (await owner.send(`GET /notes/${noteId}`)).status === 404;
    if (!(await isDeleted())) await owner.send(`DELETE /notes/${noteId}`);
    const attachments = await attachmentQueries(service.db).listOfNote(noteId);
    expect(attachments.length).toBeGreaterThan(0);
    for (const { id } of attachments) expect((await owner.send(`GET /attachments/${id}`)).status).toBe(404);
    expect(await findDrifts(service.db)).toEqual([]);
    await owner.send(`DELETE /trash/notes/${noteId}`);
    await service.useCases.expireUploads();
    expect((await findDrifts(service.db)).map(({ ownerId }) => ownerId)).not.toContain(ownerId);
  });

  it("the sender of a file does not see the file in the trash during its verification", async () => {
    const { owner, editor, noteId } = await arrange();
    const headers = { "idempotency-key": "one" };
    const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
    const start = () => editor.send(`POST /notes/${noteId}/uploads`, { json, headers });
    const uploadId = (await start()).body.upload.id;
    const attachmentId = (await uploadQueries(service.db).find(uploadId))?.attachmentId ?? "";
    const verifying = { from: "pending", to: "verifying" } as const;
    expect(await attachmentQueries(service.db).transition(attachmentId, verifying)).toBe(true);
    expect(await uploadQueries(service.db).transition(uploadId, verifying)).toBe(true);
    expect((await owner.send(`DELETE /attachments/${attachmentId}`)).status).toBe(204);
    for (const method of ["GET", "DELETE"]) {
      expect((await editor.send(`${method} /uploads/${uploadId}`)).body.code, method).toBe("upload_not_found");
    }
    const rejected = { from: "verifying", to: "rejected" } as const;
    expect(await attachmentQueries(service.db).transition(attachmentId, rejected)).toBe(false);
    expect((await start()).body.upload.id).not.toBe(uploadId);
    expect((await owner.send(`POST /trash/attachments/${attachmentId}/restore`)).status).toBe(204);
    expect((await owner.send(`GET /attachments/${attachmentId}`)).body.state).toBe("verifying");
  });

  // SQLite never runs two transactions at the same time.
  const itOnPostgres = engine.name === "postgres" ? it : () => undefined;
  itOnPostgres("a file whose upload completes at the same moment goes to the trash", async () => {
    const { owner, noteId } = await arrange();
    const declared = { filename: "a.txt", contentType: "text/plain", sizeBytes: 1 };
    const { upload } = (await owner.send(`POST /notes/${noteId}/uploads`, { json: declared })).body;
    const { attachmentId } = upload;
    const { db, database } = service;
    const [completed, waiting] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const completion = db.transaction(async (tx) => {
      await attachmentQueries(tx).transition(attachmentId, { from: "pending", to: "ready" });
      completed.resolve();
      await waiting.promise;
    });
    await completed.promise;
    const deletion = owner.send(`DELETE /attachments/${attachmentId}`);
    const blocked = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    try {
      await expect.poll(async () => (await blocked.execute(database.db.kysely)).rows.length).toBe(1);
    } finally {
      waiting.resolve();
    }
    await completion;
    expect((await deletion).status).toBe(204);
    expect(await trashOf(owner)).toMatchObject([{ attachmentId }]);
  });

  it("the audit log records restorations and permanent deletions", async () => {
    const { owner, noteId, attachmentId } = await arrange();
    for (const path of [`attachments/${attachmentId}`, `notes/${noteId}`]) {
      await owner.send(`DELETE /${path}`);
      await owner.send(`POST /trash/${path}/restore`);
      await owner.send(`DELETE /${path}`);
      await owner.send(`DELETE /trash/${path}`);
    }
    const { items } = (await owner.send("GET /activity")).body;
    expect(items.slice(0, 8).map(({ action }: { action: string }) => action)).toEqual(
      ["note", "attachment"].flatMap((noun) =>
        ["purged", "deleted", "restored", "deleted"].map((verb) => `${noun}.${verb}`),
      ),
    );
  });

  it.each([1, 2, 3, 4])("pages of %i items in the trash list the last deleted note or file first", async (limit) => {
    const { editor, noteId, attachmentId } = await arrange();
    const create = async () => (await editor.send("POST /notes", { json: { title: "Own" } })).body.id;
    const deleted = [
      `attachments/${attachmentId}`,
      `attachments/${await attach(editor, await create())}`,
      `notes/${await create()}`,
      `attachments/${await attach(editor, noteId)}`,
    ];
    for (const path of deleted) await editor.send(`DELETE /${path}`);
    const listed: string[] = [];
    let cursor = "";
    do {
      const { items, nextCursor } = (await editor.send(`GET /trash?limit=${limit}${cursor}`)).body;
      for (const item of items) {
        listed.unshift(item.attachmentId === null ? `notes/${item.noteId}` : `attachments/${item.attachmentId}`);
      }
      cursor = nextCursor && `&cursor=${nextCursor}`;
    } while (cursor);
    expect(listed).toEqual(deleted);
  });

  // This test comes last, because tokens expire when the clock moves.
  it("the service deletes items of the trash after the configured days, and not before", async () => {
    const { owner, ownerId, noteId } = await arrange();
    const young = await arrange();
    const second = await attach(owner, noteId);
    await owner.send(`DELETE /attachments/${second}`);
    await owner.send(`DELETE /notes/${noteId}`);
    const [{ id: eventId }] = (await owner.send("GET /activity")).body.items;
    const objects = await service.bucketContents.keys();
    const { useCases, db } = service;
    service.advance(29 * DAY_MS);
    await useCases.deleteNote({ userId: young.ownerId }, young.noteId);
    await useCases.expireTrash();
    expect((await trashQueries(db).listFor(ownerId, { limit: 9, cursor: undefined })).items).toHaveLength(1);
    service.advance(DAY_MS);
    expect(await useCases.expireTrash()).toBeGreaterThan(0);
    await useCases.purgeObjects();
    expect(await usageQueries(db).find(ownerId)).toEqual({ bytes: 0, files: 0 });
    expect((await service.bucketContents.keys()).length).toBeLessThanOrEqual(objects.length - 2);
    const [last, before] = (
      await useCases.listActivity({ userId: ownerId }, { limit: 2, cursor: undefined, routine: "include" })
    ).items;
    expect(last).toMatchObject({ action: "note.purged", detail: { title: "Plan", expired: true } });
    expect(before?.id).toBe(eventId);
    await useCases.restoreFromTrash({ userId: young.ownerId }, { noteId: young.noteId });
    expect((await useCases.getNote({ userId: young.ownerId }, young.noteId)).attachmentCount).toBe(1);
  });
});

describe.each(engines)("requirement 46: what is in the trash on $name", (engine) => {
  const service = useService({ engine, limits: { trashDays: 30 }, app: { logger: false } });
  const owner = service.as("owner");

  /** Calls all routes as one user for an item in the trash and for a purged item. The responses for both items must be the same. */
  async function compare(user: string, path: (world: World) => string, except?: string) {
    const [discarded, gone] = [await createWorld(service), await createWorld(service)];
    for (const world of [discarded, gone]) expect((await owner.send(`DELETE /${path(world)}`)).status).toBe(204);
    expect((await owner.send(`DELETE /trash/${path(gone)}`)).status).toBe(204);
    const routes = routesOf(service.app).filter(
      (route) =>
        /:(noteId|attachmentId|uploadId|linkId|invitationId)/.test(route) &&
        !route.includes("/trash/") &&
        route !== except,
    );
    expect(routes.length).toBeGreaterThan(30);
    for (const route of [...routes, "POST /attachments/urls"]) {
      const [inTrash, absent] = await Promise.all(
        [discarded, gone].map(async (world) => {
          const { status, body } = await service.as(user).send(...requestOf(route, world));
          return { route, status, code: body?.code ?? body?.items?.length ?? body?.urls };
        }),
      );
      expect(JSON.stringify(inTrash).replaceAll(discarded.attachmentId, gone.attachmentId)).toBe(
        JSON.stringify(absent),
      );
    }
  }

  it.each([
    { noun: "notes", deleters: ["owner"] },
    { noun: "attachments", deleters: ["owner", "editor"] },
  ] as const)("only $deleters can restore and purge $noun from the trash", async ({ noun, deleters }) => {
    const actual: Record<string, number[]> = {};
    for (const user of people) {
      const { noteId, attachmentId } = await createWorld(service);
      const path = `${noun}/${noun === "notes" ? noteId : attachmentId}`;
      const send = async (client: Client, call: string) => (await client.send(call)).status;
      expect(await send(owner, `DELETE /${path}`)).toBe(204);
      actual[user] = [await send(service.as(user), `POST /trash/${path}/restore`)];
      await send(owner, `DELETE /${path}`);
      actual[user].push(await send(service.as(user), `DELETE /trash/${path}`));
    }
    const expected = people.map((user) => [user, deleters.some((name) => name === user) ? [204, 204] : [403, 403]]);
    expect(actual).toEqual(Object.fromEntries(expected));
  });

  // The same queries decide the access of all other people, and access/queries.test.ts compares these queries with a model on both engines.
  const callers = engine.name === "sqlite" ? people : (["owner"] as const);

  it.each(callers)("for %s, routes outside of /trash respond as if a note in the trash did not exist", (user) =>
    compare(user, ({ noteId }) => `notes/${noteId}`),
  );

  it.each(callers)("for %s, routes outside of /trash respond as if a file in the trash did not exist", (user) =>
    // The activity of the note shows the permanent deletion of the file.
    compare(user, ({ attachmentId }) => `attachments/${attachmentId}`, "GET /notes/:noteId/activity"),
  );
});
