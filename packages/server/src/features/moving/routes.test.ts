import { beforeEach, describe, expect, it } from "vitest";
import type { Bucket } from "../../platform/bucket/port.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { fileForm } from "../../testing/form.ts";
import type { Client } from "../../testing/service.ts";
import { useService } from "../../testing/use-service.ts";
import { createVisitor, insertRequest } from "../../testing/visitor.ts";
import { unknownId } from "../../testing/world.ts";

/** Filenames of the maximum length of 255 bytes in UTF-8, in four scripts. */
const LONG_NAMES = [
  `${"a".repeat(251)}.txt`,
  `${"ж".repeat(125)}.txt`,
  `${"文".repeat(83)}.txt`,
  `${"א".repeat(125)}.txt`,
];

describe.each(engines)("moving and copying files on $name", (engine) => {
  /** Runs while the bucket copies an object. */
  let whileCopying: () => Promise<unknown> = async () => undefined;
  const slowly = (bucket: Bucket): Bucket => ({
    ...bucket,
    copy: async (copy) => {
      const outcome = await bucket.copy(copy);
      await whileCopying();
      return outcome;
    },
  });
  const service = useService({ engine, limits: { trashDays: 30 }, wrap: { bucket: slowly } });
  const anonymous = service.anonymous;
  let users = 0;
  let ann: Client;
  let bob: Client;
  let [annId, bobId] = ["", ""];
  beforeEach(() => {
    whileCopying = async () => undefined;
    users += 1;
    [annId, bobId] = [`ann-${users}`, `bob-${users}`];
    [ann, bob] = [service.as(annId), service.as(bobId)];
  });

  const newNote = async (client: Client, title = "Plan"): Promise<string> =>
    (await client.send("POST /notes", { json: { title } })).body.id;
  const attach = async (client: Client, noteId: string, form = fileForm()): Promise<string> =>
    (await client.send(`POST /notes/${noteId}/attachments`, { form })).body.id;
  const share = (client: Client, path: string, json: object) => client.send(`PUT ${path}/shares`, { json });
  const move = (client: Client, id: string, json: { fromNoteId: string; toNoteId: string }, headers = {}) =>
    client.send(`POST /attachments/${id}/move`, { json, headers });
  const copy = (client: Client, id: string, toNoteId: string, headers = {}) =>
    client.send(`POST /attachments/${id}/copy`, { json: { toNoteId }, headers });
  const effects = async (client: Client, attachmentIds: string[], toNoteId: string) =>
    (await client.send("POST /attachments/move-effects", { json: { attachmentIds, toNoteId } })).body;
  const filesOf = async (client: Client, noteId: string): Promise<string[]> =>
    (await client.send(`GET /notes/${noteId}`)).body.attachments.map(({ id }: { id: string }) => id);
  const usageOf = async (client: Client) => {
    const { usedBytes, files } = (await client.send("GET /usage")).body;
    return { usedBytes, files };
  };
  const textOf = async (client: Client, id: string) =>
    (await fetch((await client.send(`GET /attachments/${id}/url`)).body.fileUrl)).text();
  const eventsOf = async (client: Client, noteId: string, action: string) =>
    (await client.send(`GET /notes/${noteId}/activity`)).body.items.filter(
      (event: { action: string }) => event.action === action,
    );

  /** Creates two notes of Ann, and a file on the first note. */
  async function arrange() {
    const [fromNoteId, toNoteId] = [await newNote(ann, "From"), await newNote(ann, "To")];
    return { fromNoteId, toNoteId, id: await attach(ann, fromNoteId) };
  }

  it("a move between two notes of one owner keeps a file's id, object, date and quota", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const before = (await ann.send(`GET /attachments/${id}`)).body;
    const [used, objects] = [await usageOf(ann), await service.bucketContents.keys()];
    const { status, body } = await move(ann, id, { fromNoteId, toNoteId });
    expect([status, body]).toEqual([200, { ...before, noteId: toNoteId }]);
    expect([await filesOf(ann, fromNoteId), await filesOf(ann, toNoteId)]).toEqual([[], [id]]);
    expect([await usageOf(ann), await service.bucketContents.keys()]).toEqual([used, objects]);
    expect(await textOf(ann, id)).toBe("hello");
  });

  it("a file that was moved can be moved back to its first note", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    await share(ann, `/attachments/${id}`, { userIds: [bobId] });
    await move(ann, id, { fromNoteId, toNoteId });
    expect((await move(ann, id, { fromNoteId: toNoteId, toNoteId: fromNoteId })).status).toBe(200);
    expect([await filesOf(ann, fromNoteId), await filesOf(ann, toNoteId)]).toEqual([[id], []]);
    expect((await bob.send(`GET /attachments/${id}`)).status).toBe(200);
  });

  it("the files of the target note stay sorted by date after the move of a file", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const later = await attach(ann, toNoteId, fileForm("same name"));
    await move(ann, id, { fromNoteId, toNoteId });
    expect(await filesOf(ann, toNoteId)).toEqual([id, later]);
  });

  it("a search finds a moved file only in its new note", async () => {
    const { fromNoteId, toNoteId } = await arrange();
    const id = await attach(ann, fromNoteId, fileForm("x", "quarterly.txt"));
    const find = async () => (await ann.send("GET /notes?q=quarterly")).body.items;
    const found = [{ id: toNoteId, foundFiles: [{ id }] }];
    while (await service.useCases.indexForSearch());
    await move(ann, id, { fromNoteId, toNoteId });
    expect(await find()).toMatchObject(found);
    while (await service.useCases.indexForSearch());
    expect(await find()).toMatchObject(found);
  });

  it("access to a moved file depends on access to its new note", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const carl = service.as(`carl-${users}`);
    await share(ann, `/notes/${fromNoteId}`, { userIds: [bobId], role: "viewer" });
    await share(ann, `/notes/${toNoteId}`, { userIds: [`carl-${users}`], role: "viewer" });
    await move(ann, id, { fromNoteId, toNoteId });
    expect((await bob.send(`GET /attachments/${id}/url`)).body.code).toBe("access_denied");
    expect((await carl.send(`GET /attachments/${id}/url`)).status).toBe(200);
  });

  it("requirement 17: people of the former note see no later shares of a moved file", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    await share(ann, `/notes/${fromNoteId}`, { userIds: ["ed"], role: "editor" });
    await share(ann, `/attachments/${id}`, { userIds: ["bob"] });
    await move(ann, id, { fromNoteId, toNoteId });
    await share(ann, `/attachments/${id}`, { userIds: ["carl"] });
    const accessOf = async (client: Client, noteId: string) => (await client.send(`GET /notes/${noteId}`)).body.access;
    expect(await accessOf(service.as("ed"), fromNoteId)).toEqual({ people: { count: 1 } });
    expect(await accessOf(ann, toNoteId)).toEqual({ sharedFiles: { count: 1 } });
  });

  it("a moved file keeps its shares and invitations after its former note is deleted", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    await share(ann, `/attachments/${id}`, { userIds: [bobId], emails: [`dora-${users}@example.com`] });
    await move(ann, id, { fromNoteId, toNoteId });
    await ann.send(`DELETE /notes/${fromNoteId}`);
    await ann.send(`DELETE /trash/notes/${fromNoteId}`);
    expect((await bob.send(`GET /attachments/${id}`)).status).toBe(200);
    expect((await ann.send(`GET /attachments/${id}/shares`)).body).toMatchObject({
      shares: [{ userId: bobId }],
      invitations: [{ email: `dora-${users}@example.com` }],
    });
    expect((await ann.send(`GET /notes/${toNoteId}`)).body.access).toEqual({ sharedFiles: { count: 1 } });
  });

  it("a link to single files omits a moved file, even if the file moves back", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const other = await attach(ann, fromNoteId);
    const ofFiles = await ann.send(`POST /notes/${fromNoteId}/links`, { json: { attachmentIds: [id, other] } });
    const ofNote = await ann.send(`POST /notes/${fromNoteId}/links`, { json: {} });
    const shown = async ({ body }: typeof ofNote) =>
      (await anonymous.send(`GET /public/links/${body.url.split("/").at(-1)}`)).body.files.map(
        (file: { id: string }) => file.id,
      );
    expect([await shown(ofFiles), await shown(ofNote)]).toEqual([
      [id, other],
      [id, other],
    ]);
    await move(ann, id, { fromNoteId, toNoteId });
    expect([await shown(ofFiles), await shown(ofNote)]).toEqual([[other], [other]]);
    await move(ann, id, { fromNoteId: toNoteId, toNoteId: fromNoteId });
    expect([await shown(ofFiles), await shown(ofNote)]).toEqual([[other], [id, other]]);
  });

  it("both notes show the move of a file, but not the title of the other note", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    await move(ann, id, { fromNoteId, toNoteId });
    await ann.send(`PATCH /attachments/${id}`, { json: { filename: "secret.txt" } });
    const files = (filename: string) => [{ id, filename }];
    expect(await eventsOf(ann, fromNoteId, "attachment.moved")).toMatchObject([
      { detail: { filename: "hello.txt", toNoteId }, files: files("hello.txt") },
    ]);
    expect(await eventsOf(ann, toNoteId, "attachment.moved")).toMatchObject([
      { detail: { filename: "hello.txt", fromNoteId }, files: files("secret.txt") },
    ]);
    expect((await ann.send(`GET /notes/${fromNoteId}/activity`)).text).not.toContain("secret.txt");
  });

  it("GET /changes reports the move of a file to the people of both notes", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    for (const noteId of [fromNoteId, toNoteId])
      await share(ann, `/notes/${noteId}`, { userIds: [bobId], role: "viewer" });
    const changes = async (noteId: string, since?: string) =>
      (await bob.send(`GET /changes?noteId=${noteId}${since === undefined ? "" : `&since=${since}`}`)).body;
    const states = [(await changes(fromNoteId)).state, (await changes(toNoteId)).state];
    await move(ann, id, { fromNoteId, toNoteId });
    expect((await changes(fromNoteId, states[0])).changed).toContain("note");
    expect((await changes(toNoteId, states[1])).changed).toContain("note");
  });

  it("one of two simultaneous moves of a file succeeds, and the other returns 409", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const third = await newNote(ann);
    const answers = await Promise.all([toNoteId, third].map((to) => move(ann, id, { fromNoteId, toNoteId: to })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = answers.find(({ status }) => status === 200)?.body.noteId;
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe("attachment_moved");
    expect(await filesOf(ann, won)).toEqual([id]);
    expect(await eventsOf(ann, fromNoteId, "attachment.moved")).toHaveLength(1);
  });

  it("a repeated file move or a move to the same note returns the file and changes nothing", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    expect((await move(ann, id, { fromNoteId, toNoteId: fromNoteId })).status).toBe(200);
    for (let times = 0; times < 2; times++) {
      expect((await move(ann, id, { fromNoteId, toNoteId })).body).toMatchObject({ id, noteId: toNoteId });
    }
    expect(await eventsOf(ann, fromNoteId, "attachment.moved")).toHaveLength(1);
  });

  it("the move of a file returns 409 if the file is not on the note that the request names", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const third = await newNote(ann);
    await move(ann, id, { fromNoteId, toNoteId });
    expect((await move(ann, id, { fromNoteId, toNoteId: third })).body).toMatchObject({ code: "attachment_moved" });
  });

  it("requirement 15: only editors of both notes can move a file, but a copy needs less", async () => {
    const roles = ["owner", "editor", "viewer", "nobody"] as const;
    const person = service.as("person");
    const noteFor = async (role: (typeof roles)[number]) => {
      const noteId = await newNote(role === "owner" ? person : ann);
      if (role === "editor" || role === "viewer") await share(ann, `/notes/${noteId}`, { userIds: ["person"], role });
      return { noteId, id: await attach(role === "owner" ? person : ann, noteId) };
    };
    const outcomes: Record<string, [moved: number, copied: number]> = {};
    for (const from of roles) {
      for (const to of roles) {
        const [{ noteId: fromNoteId, id }, { noteId: toNoteId }] = [await noteFor(from), await noteFor(to)];
        const copied = (await copy(person, id, toNoteId)).status;
        outcomes[`${from} to ${to}`] = [(await move(person, id, { fromNoteId, toNoteId })).status, copied];
      }
    }
    const none = [403, 403];
    expect(outcomes).toEqual({
      "owner to owner": [200, 201],
      "owner to editor": [200, 201],
      "owner to viewer": none,
      "owner to nobody": none,
      "editor to owner": [200, 201],
      "editor to editor": [200, 201],
      "editor to viewer": none,
      "editor to nobody": none,
      "viewer to owner": [403, 201],
      "viewer to editor": [403, 201],
      "viewer to viewer": none,
      "viewer to nobody": none,
      "nobody to owner": none,
      "nobody to editor": none,
      "nobody to viewer": none,
      "nobody to nobody": none,
    });
  });

  it("the move or copy of a file returns 404 for unknown ids, and 400 for invalid ids", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const unknown = unknownId();
    for (const send of [
      (file: string, toNoteId: string) => move(ann, file, { fromNoteId, toNoteId }),
      (file: string, toNoteId: string) => copy(ann, file, toNoteId),
      (file: string, toNoteId: string) =>
        ann.send("POST /attachments/move-effects", { json: { attachmentIds: [file], toNoteId } }),
    ]) {
      expect((await send(unknown, toNoteId)).body.code).toBe("attachment_not_found");
      expect((await send(id, unknown)).body.code).toBe("note_not_found");
      expect((await send(id, "../notes")).body).toMatchObject({ status: 400, code: "invalid_request" });
    }
    expect((await copy(ann, id, toNoteId, { "idempotency-key": "ü" })).status).toBe(400);
  });

  it("the move or copy of a file fails if the file or the target note is in the trash", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const deleted = await newNote(ann);
    await ann.send(`DELETE /notes/${deleted}`);
    expect((await move(ann, id, { fromNoteId, toNoteId: deleted })).body.code).toBe("note_not_found");
    expect((await copy(ann, id, deleted)).body.code).toBe("note_not_found");
    expect(await filesOf(ann, fromNoteId)).toEqual([id]);
    await ann.send(`DELETE /attachments/${id}`);
    expect((await move(ann, id, { fromNoteId, toNoteId })).body.code).toBe("attachment_not_found");
    expect((await copy(ann, id, toNoteId)).body.code).toBe("attachment_not_found");
  });

  it("a move of a file during the deletion of the target note never loses the file", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const [moved, deleted] = await Promise.all([
      move(ann, id, { fromNoteId, toNoteId }),
      ann.send(`DELETE /notes/${toNoteId}`),
    ]);
    expect([200, 404]).toContain(moved.status);
    expect(deleted.status).toBe(204);
    if (moved.status === 404) expect(await filesOf(ann, fromNoteId)).toEqual([id]);
    else {
      await ann.send(`POST /trash/notes/${toNoteId}/restore`);
      expect(await filesOf(ann, toNoteId)).toEqual([id]);
    }
  });

  it("a file that is not ready can't be moved or copied", async () => {
    const { fromNoteId, toNoteId } = await arrange();
    const json = { filename: "a.txt", sizeBytes: 5, contentType: "text/plain" };
    const { attachmentId } = (await ann.send(`POST /notes/${fromNoteId}/uploads`, { json })).body.upload;
    const refused = { status: 409, code: "attachment_not_ready", detail: expect.stringContaining("pending") };
    expect((await move(ann, attachmentId, { fromNoteId, toNoteId })).body).toMatchObject(refused);
    expect((await copy(ann, attachmentId, toNoteId)).body).toMatchObject(refused);
  });

  it("a copied file still opens after the permanent deletion of its original", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const { status, body } = await copy(ann, id, toNoteId);
    const original = (await ann.send(`GET /attachments/${id}`)).body;
    expect([status, body]).toEqual([
      201,
      { ...original, id: expect.any(String), noteId: toNoteId, createdAt: expect.any(String) },
    ]);
    expect(await usageOf(ann)).toEqual({ usedBytes: 10, files: 2 });
    await ann.send(`DELETE /notes/${fromNoteId}`);
    await ann.send(`DELETE /trash/notes/${fromNoteId}`);
    await service.useCases.purgeObjects();
    expect(await textOf(ann, body.id)).toBe("hello");
    expect(await usageOf(ann)).toEqual({ usedBytes: 5, files: 1 });
    expect(await eventsOf(ann, toNoteId, "attachment.copied")).toMatchObject([
      { detail: { fromNoteId, sizeBytes: 5 } },
    ]);
  });

  it("copied and moved files keep long filenames in four writing systems", async () => {
    const { fromNoteId, toNoteId } = await arrange();
    for (const filename of LONG_NAMES) {
      const id = await attach(ann, fromNoteId, fileForm("x", filename));
      expect((await copy(ann, id, toNoteId)).body.filename).toBe(filename);
      expect((await move(ann, id, { fromNoteId, toNoteId })).body.filename).toBe(filename);
    }
    const names = (await ann.send(`GET /notes/${toNoteId}`)).body.attachments.map(
      ({ filename }: { filename: string }) => filename,
    );
    expect(names.sort()).toEqual([...LONG_NAMES, ...LONG_NAMES].sort());
  });

  it("simultaneous requests with one Idempotency-Key make only one copy of a file", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const key = { "idempotency-key": "k-1" };
    const answers = await Promise.all([1, 2, 3].map(() => copy(ann, id, toNoteId, key)));
    answers.push(await copy(ann, id, toNoteId, key));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect((await copy(ann, id, fromNoteId, key)).body.noteId).toBe(fromNoteId);
    expect((await copy(ann, id, toNoteId)).body.id).not.toBe(answers[0]?.body.id);
    await ann.send(`DELETE /attachments/${answers[0]?.body.id}`);
    expect((await copy(ann, id, toNoteId, key)).body.id).not.toBe(answers[0]?.body.id);
  });

  it("a file copy on the note of another owner counts in the quota of that owner", async () => {
    const id = await attach(ann, await newNote(ann));
    const { noteId: annNote } = (await ann.send(`GET /attachments/${id}`)).body;
    await share(ann, `/notes/${annNote}`, { userIds: [bobId], role: "viewer" });
    const bobNote = await newNote(bob);
    const { body } = await copy(bob, id, bobNote);
    expect([await usageOf(ann), await usageOf(bob)]).toEqual([
      { usedBytes: 5, files: 1 },
      { usedBytes: 5, files: 1 },
    ]);
    expect(body.createdBy.id).toBe(bobId);
    expect(await eventsOf(ann, annNote, "attachment.copied")).toMatchObject([
      { actor: { id: bobId }, attachmentIds: [id], detail: { toNoteId: bobNote } },
    ]);
    expect(await eventsOf(bob, bobNote, "attachment.copied")).toMatchObject([{ attachmentIds: [body.id] }]);
  });

  it("a file move to another owner's note leaves the original in the former owner's trash", async () => {
    const fromNoteId = await newNote(ann);
    const id = await attach(ann, fromNoteId);
    await share(ann, `/notes/${fromNoteId}`, { userIds: [bobId], role: "editor" });
    await share(ann, `/attachments/${id}`, { userIds: [`carl-${users}`] });
    const toNoteId = await newNote(bob);
    const key = { "idempotency-key": "m-1" };
    const { status, body } = await move(bob, id, { fromNoteId, toNoteId }, key);
    expect([status, body.noteId]).toEqual([200, toNoteId]);
    expect(body.id).not.toBe(id);
    expect((await move(bob, id, { fromNoteId, toNoteId }, key)).body.id).toBe(body.id);
    expect([await filesOf(ann, fromNoteId), await filesOf(bob, toNoteId)]).toEqual([[], [body.id]]);
    expect(await textOf(bob, body.id)).toBe("hello");
    expect((await service.as(`carl-${users}`).send(`GET /attachments/${body.id}`)).body.code).toBe("access_denied");
    expect((await ann.send("GET /trash")).body.items).toMatchObject([{ attachmentId: id, deletedBy: { id: bobId } }]);
    expect((await ann.send(`POST /trash/attachments/${id}/restore`)).status).toBe(204);
    expect(await textOf(ann, id)).toBe("hello");
    expect([await usageOf(ann), await usageOf(bob)]).toEqual([
      { usedBytes: 5, files: 1 },
      { usedBytes: 5, files: 1 },
    ]);
  });

  it("a file move or copy over the quota of the target note's owner returns 413", async () => {
    const fromNoteId = await newNote(ann);
    const id = await attach(ann, fromNoteId);
    const toNoteId = await newNote(bob);
    await service.useCases.rememberPerson({ id: "boss", email: undefined, name: undefined, isAdmin: true });
    await service.as("boss").send(`PATCH /admin/people/${bobId}`, { json: { quotaBytes: 4 } });
    await share(bob, `/notes/${toNoteId}`, { userIds: [annId], role: "editor" });
    for (const answer of [await move(ann, id, { fromNoteId, toNoteId }), await copy(ann, id, toNoteId)]) {
      expect(answer.body).toMatchObject({ status: 413, code: "quota_exceeded" });
    }
    expect(await textOf(ann, id)).toBe("hello");
    expect(await filesOf(ann, fromNoteId)).toEqual([id]);
    expect(await usageOf(bob)).toEqual({ usedBytes: 0, files: 0 });
    await service.as("boss").send(`PATCH /admin/people/${bobId}`, { json: { quotaBytes: 5 } });
    expect((await move(ann, id, { fromNoteId, toNoteId })).status).toBe(200);
  });

  it("the copy of a file fails if the caller loses access to one of the notes meanwhile", async () => {
    const fromNoteId = await newNote(ann);
    const id = await attach(ann, fromNoteId);
    await share(ann, `/notes/${fromNoteId}`, { userIds: [bobId], role: "editor" });
    const toNoteId = await newNote(bob);
    const before = await service.bucketContents.keys();
    whileCopying = () => ann.send(`DELETE /notes/${fromNoteId}/shares/${bobId}`);
    expect((await move(bob, id, { fromNoteId, toNoteId })).body.code).toBe("access_denied");
    whileCopying = () => bob.send(`DELETE /notes/${toNoteId}`);
    await share(ann, `/notes/${fromNoteId}`, { userIds: [bobId], role: "editor" });
    expect((await copy(bob, id, toNoteId)).body.code).toBe("note_not_found");
    await service.useCases.purgeObjects();
    expect(await service.bucketContents.keys()).toEqual(before);
    expect([await filesOf(ann, fromNoteId), await usageOf(bob)]).toEqual([[id], { usedBytes: 0, files: 0 }]);
  });

  it("the copy of a file returns 422 and leaves no object if the file is deleted meanwhile", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    whileCopying = () => ann.send(`DELETE /attachments/${id}`);
    expect((await copy(ann, id, toNoteId)).body.code).toBe("attachment_not_found");
    await ann.send(`DELETE /trash/attachments/${id}`);
    const lost = await attach(ann, fromNoteId);
    const { objectKey } = (await service.db.kysely
      .selectFrom("attachments")
      .select("object_key as objectKey")
      .where("id", "=", lost)
      .executeTakeFirstOrThrow()) as { objectKey: string };
    await service.useCases.purgeObjects();
    await service.db.kysely
      .updateTable("attachments")
      .set({ object_key: `${objectKey}x` })
      .where("id", "=", lost)
      .execute();
    whileCopying = async () => undefined;
    expect((await copy(ann, lost, toNoteId)).body).toMatchObject({ status: 422, code: "object_not_found" });
    expect(await usageOf(ann)).toEqual({ usedBytes: 5, files: 1 });
  });

  it("if a file copy is killed, the service deletes the new object and releases the quota", async () => {
    const { toNoteId, id } = await arrange();
    const before = await service.bucketContents.keys();
    const { promise: isCopied, resolve: copied } = Promise.withResolvers<void>();
    const { promise: isKilled, reject: kill } = Promise.withResolvers<void>();
    whileCopying = () => {
      copied();
      return isKilled;
    };
    const answer = copy(ann, id, toNoteId);
    await isCopied;
    expect(await usageOf(ann)).toEqual({ usedBytes: 10, files: 2 });
    service.advance(25 * 3_600_000);
    await service.useCases.expireUploads();
    await service.useCases.purgeObjects();
    service.advance(-25 * 3_600_000);
    expect([await service.bucketContents.keys(), await usageOf(ann)]).toEqual([before, { usedBytes: 5, files: 1 }]);
    kill(new Error("killed"));
    expect((await answer).status).toBe(500);
  });

  it("move-effects counts each person and each link that loses files only once", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const second = await attach(ann, fromNoteId);
    const named = (name: string) => `${name}-${users}`;
    await share(ann, `/notes/${fromNoteId}`, {
      userIds: ["carl", "dora", "emil"].map(named),
      emails: [`new-${users}@example.com`],
      role: "viewer",
    });
    await share(ann, `/notes/${toNoteId}`, { userIds: [named("dora")], role: "viewer" });
    await share(ann, `/attachments/${id}`, { userIds: [named("emil"), named("fritz")] });
    await ann.send(`POST /notes/${fromNoteId}/links`, { json: {} });
    await ann.send(`POST /attachments/${second}/links`, { json: {} });
    const ended = (await ann.send(`POST /notes/${fromNoteId}/links`, { json: {} })).body;
    await ann.send(`DELETE /links/${ended.id}`);
    // Carl and the invited person lose both files. Dora has access to the other note, and Emil has a share of the first file.
    expect(await effects(ann, [id], toNoteId)).toEqual({
      losing: { people: 2, links: 1, isExact: true },
      sameOwner: true,
    });
    expect(await effects(ann, [id, second, id], toNoteId)).toEqual({
      losing: { people: 3, links: 2, isExact: true },
      sameOwner: true,
    });
    expect(await effects(ann, [id], fromNoteId)).toEqual({
      losing: { people: 0, links: 0, isExact: true },
      sameOwner: true,
    });
    const third = await attach(ann, toNoteId);
    const mixed = { attachmentIds: [id, third], toNoteId };
    expect((await ann.send("POST /attachments/move-effects", { json: mixed })).body.code).toBe("invalid_request");
  });

  it("move-effects counts the former owner if the target note has another owner", async () => {
    const fromNoteId = await newNote(ann);
    const id = await attach(ann, fromNoteId);
    await share(ann, `/notes/${fromNoteId}`, { userIds: [bobId], role: "editor" });
    await share(ann, `/attachments/${id}`, { userIds: [`fritz-${users}`] });
    const toNoteId = await newNote(bob);
    expect(await effects(bob, [id], toNoteId)).toEqual({
      losing: { people: 2, links: 0, isExact: false },
      sameOwner: false,
    });
    await move(bob, id, { fromNoteId, toNoteId });
    for (const client of [ann, service.as(`fritz-${users}`)])
      expect((await client.send(`GET /attachments/${id}`)).status).toBe(404);
  });

  it("move-effects does not reveal who has access to the note of another owner", async () => {
    const [anns, bobs] = [await newNote(ann), await newNote(bob)];
    const [annsFile, bobsFile] = [await attach(ann, anns), await attach(bob, bobs)];
    const invited = { userIds: [`carl-${users}`], emails: [`new-${users}@example.com`], role: "viewer" };
    await share(ann, `/notes/${anns}`, { userIds: [bobId], role: "editor" });
    await share(ann, `/notes/${anns}`, invited);
    const ask = async () => [await effects(bob, [annsFile], bobs), await effects(bob, [bobsFile], anns)];
    // Ann, Carl and the invited person have the file of Ann. Only Bob has the file of Bob.
    const [leaving, coming] = await ask();
    expect([leaving, coming]).toEqual([
      { losing: { people: 3, links: 0, isExact: false }, sameOwner: false },
      { losing: { people: 0, links: 0, isExact: false }, sameOwner: false },
    ]);
    // Bob shares his note with the same people, and compares the numbers.
    await share(bob, `/notes/${bobs}`, { ...invited, userIds: [annId, ...invited.userIds] });
    expect(await ask()).toEqual([leaving, { ...coming, losing: { people: 3, links: 0, isExact: false } }]);
  });

  it("move-effects does not reveal to an editor who has access to both notes", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const both = { userIds: [bobId], role: "editor" };
    for (const note of [fromNoteId, toNoteId]) await share(ann, `/notes/${note}`, both);
    const carl = { userIds: [`carl-${users}`], role: "viewer" };
    await share(ann, `/notes/${fromNoteId}`, carl);
    const before = await effects(bob, [id], toNoteId);
    expect(before).toEqual({ losing: { people: 1, links: 0, isExact: false }, sameOwner: true });
    await share(ann, `/notes/${toNoteId}`, carl);
    await share(ann, `/attachments/${id}`, { userIds: carl.userIds });
    expect(await effects(bob, [id], toNoteId)).toEqual(before);
    expect((await effects(ann, [id], toNoteId)).losing).toEqual({ people: 0, links: 0, isExact: true });
  });

  it("the visitor who sent a moved file keeps the receipt, but can't delete the file", async () => {
    const { fromNoteId, toNoteId } = await arrange();
    const { token, link } = await insertRequest(service, { noteId: fromNoteId, ownerId: annId });
    const visitor = createVisitor(service.app, token);
    const { uploadId } = await visitor.sendFile("hello");
    const [, id = ""] = await filesOf(ann, fromNoteId);
    await move(ann, id, { fromNoteId, toNoteId });
    expect(await filesOf(ann, toNoteId)).toEqual([id]);
    expect((await visitor.send(`GET /receipts/${uploadId}`)).status).toBe(200);
    const refused = { status: 409, code: "upload_not_pending" };
    expect((await visitor.send(`DELETE /uploads/${uploadId}`)).body).toMatchObject(refused);
    expect((await ann.send(`GET /notes/${fromNoteId}`)).body.isNew).toBe(false);
    expect((await ann.send(`GET /links/${link.id}`)).body.received.files).toBe(1);
  });

  it("a slot of a file request is free while its moved file is on a note in the trash", async () => {
    const { fromNoteId, toNoteId } = await arrange();
    const request = { slots: [{ id: "passport", name: "Passport" }] };
    const { token, link } = await insertRequest(service, { noteId: fromNoteId, ownerId: annId, request });
    const visitor = createVisitor(service.app, token);
    await visitor.sendFile("hello", { slotId: "passport" });
    const [, id = ""] = await filesOf(ann, fromNoteId);
    const filledSlots = async () => (await ann.send(`GET /links/${link.id}`)).body.filledSlots;
    await move(ann, id, { fromNoteId, toNoteId });
    expect(await filledSlots()).toEqual(["passport"]);
    await ann.send(`DELETE /notes/${toNoteId}`);
    expect(await filledSlots()).toEqual([]);
    expect((await visitor.start("again", { slotId: "passport" })).status).toBe(201);
    await ann.send(`POST /trash/notes/${toNoteId}/restore`);
    expect(await filledSlots()).toEqual(["passport"]);
  });

  it("a webhook gets an event about a copied file, but none about a moved file", async () => {
    const { fromNoteId, toNoteId, id } = await arrange();
    const endpoint = { url: "https://hooks.example.com/", events: ["upload.ready"] };
    const { id: webhookId } = (await ann.send("POST /webhooks", { json: endpoint })).body;
    await copy(ann, id, toNoteId);
    await move(ann, id, { fromNoteId, toNoteId });
    const { items } = (await ann.send(`GET /webhooks/${webhookId}/deliveries`)).body;
    expect(items.map(({ type }: { type: string }) => type)).toEqual(["upload.ready"]);
  });
});
