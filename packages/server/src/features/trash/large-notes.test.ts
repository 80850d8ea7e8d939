import { describe, expect, it, onTestFinished } from "vitest";
import type { Database } from "../../platform/database/queries.ts";
import { insertUpload } from "../../testing/database/insert-upload.ts";
import { sampleAttachment, sampleUpload } from "../../testing/database/samples.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { startServiceInTest, useService } from "../../testing/use-service.ts";
import type { Attachment } from "../access/attachment.ts";
import { accountDeletionQueries } from "../accounts/queries/deletions.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { disabledUserQueries } from "../people/queries.ts";
import { objectDeletionQueries } from "../storage/queries.ts";
import { uploadQueries } from "../uploads/queries/uploads.ts";
import { findDrifts } from "../usage/index.ts";
import { usageQueries } from "../usage/queries.ts";
import { trashQueries } from "./queries.ts";

const DAY_MS = 86_400_000;
/** The permanent deletion of this number of files needs three steps. */
const FILES = 250;
const MAX_FILES_IN_STEP = 100;

describe.each(engines)("large notes in the trash on $name", (engine) => {
  const committed: (() => Promise<void>)[] = [];
  const database = (db: Database): Database => ({
    ...db,
    async transaction(work, options) {
      const result = await db.transaction(work, options);
      for (const check of committed) await check();
      return result;
    },
  });
  const service = useService({ engine, limits: { trashDays: 30 }, wrap: { database } });
  let owners = 0;

  /** Creates a note with many files, for a new owner. `state`: the state of the files. */
  async function arrange({ on = service, state = "ready" }: { on?: typeof service; state?: Attachment["state"] } = {}) {
    owners += 1;
    const ownerId = `owner-${owners}`;
    const owner = on.as(ownerId);
    const note = await on.useCases.createNote({ userId: ownerId }, { title: "Large", body: "" });
    const files = Array.from({ length: FILES }, () => sampleAttachment(note, { state, sizeBytes: 10 }));
    await on.db.transaction(async (tx) => {
      for (const file of files) await attachmentQueries(tx).insert(file);
    });
    return { owner, ownerId, note, noteId: note.id, files };
  }

  const filesOf = (noteId: string) =>
    service.database.db.kysely
      .selectFrom("attachments")
      .selectAll()
      .where("note_id", "=", noteId)
      .orderBy("id")
      .execute();
  const queuedOf = async (files: Attachment[]) => {
    const due = await objectDeletionQueries(service.db).listDue(Number.MAX_SAFE_INTEGER, 1_000_000);
    const keys = new Set(due.map(({ objectKey }) => objectKey));
    return files.filter(({ objectKey }) => keys.has(objectKey)).length;
  };
  const driftsOf = async (on = service) => await findDrifts(on.db);

  /** After each transaction, records the number of remaining files, and checks the usage. Returns the list of recorded numbers. */
  function watchSteps({ noteId, ownerId }: { noteId: string; ownerId: string }): number[] {
    const left = [FILES];
    const check = async () => {
      const files = (await filesOf(noteId)).length;
      expect(await usageQueries(service.database.db).find(ownerId)).toMatchObject({ files, bytes: files * 10 });
      if (files !== left.at(-1)) left.push(files);
    };
    committed.push(check);
    onTestFinished(() => void committed.splice(committed.indexOf(check), 1));
    return left;
  }

  /** Runs all steps of the queued deletions, as the background job does. */
  async function purgeAll({ useCases }: typeof service): Promise<void> {
    while (await useCases.purgeNotes());
  }

  const stepsOf = (left: number[]) => left.slice(1).map((files, nth) => (left[nth] as number) - files);

  it("requirement 46: moving a large note to the trash does not change its files", async () => {
    const { owner, ownerId, noteId } = await arrange();
    const before = await filesOf(noteId);
    expect((await owner.send(`DELETE /notes/${noteId}`)).status).toBe(204);
    expect(await filesOf(noteId)).toEqual(before);
    expect((await owner.send("GET /trash")).body.items).toMatchObject([
      { noteId, files: FILES, sizeBytes: FILES * 10 },
    ]);
    const fileId = before[0]?.id as string;
    expect((await owner.send(`GET /attachments/${fileId}`)).body.code).toBe("attachment_not_found");
    expect((await owner.send(`GET /attachments/${fileId}/url`)).body.code).toBe("attachment_not_found");
    expect((await owner.send(`POST /trash/notes/${noteId}/restore`)).status).toBe(204);
    expect(await filesOf(noteId)).toEqual(before);
    expect((await owner.send(`GET /attachments/${fileId}/url`)).status).toBe(200);
    expect(await usageQueries(service.db).find(ownerId)).toMatchObject({ files: FILES });
  });

  it("the usage is exact after each step of the permanent deletion of a large note", async () => {
    const { owner, ownerId, noteId, files } = await arrange();
    await owner.send(`DELETE /notes/${noteId}`);
    const left = watchSteps({ noteId, ownerId });
    expect((await owner.send(`DELETE /trash/notes/${noteId}`)).status).toBe(204);
    expect(left.length).toBe(2);
    expect((await owner.send("GET /trash")).body.items).toEqual([]);
    expect((await owner.send(`POST /trash/notes/${noteId}/restore`)).body.code).toBe("note_not_found");
    await purgeAll(service);
    expect(left.at(-1)).toBe(0);
    expect(Math.max(...stepsOf(left))).toBeLessThanOrEqual(MAX_FILES_IN_STEP);
    expect(await queuedOf(files)).toBe(FILES);
    expect(await driftsOf()).toEqual([]);
  });

  it("the service deletes a large note in steps when its days in the trash are over", async () => {
    const { owner, ownerId, noteId, files } = await arrange();
    await owner.send(`DELETE /notes/${noteId}`);
    await service.database.db.kysely.updateTable("notes").set({ deleted_at: 1 }).where("id", "=", noteId).execute();
    const left = watchSteps({ noteId, ownerId });
    expect(await service.useCases.expireTrash()).toBe(1);
    await purgeAll(service);
    expect(left.at(-1)).toBe(0);
    expect(Math.max(...stepsOf(left))).toBeLessThanOrEqual(MAX_FILES_IN_STEP);
    expect(await queuedOf(files)).toBe(FILES);
  });

  it("the deletion of an account deletes a large note in steps", async () => {
    const { ownerId, noteId, files } = await arrange();
    await accountDeletionQueries(service.db).put({ userId: ownerId, isByOwner: false, deleteAt: 1 });
    const left = watchSteps({ noteId, ownerId });
    await service.useCases.deleteClosedAccounts();
    expect(await disabledUserQueries(service.db).findDeletion(ownerId)).toBeUndefined();
    await purgeAll(service);
    expect(left.at(-1)).toBe(0);
    expect(Math.max(...stepsOf(left))).toBeLessThanOrEqual(MAX_FILES_IN_STEP);
    expect(await queuedOf(files)).toBe(FILES);
  });

  it("the closure of an account hides a large note without changes to the note's files", async () => {
    const { ownerId, noteId } = await arrange();
    const before = await filesOf(noteId);
    await accountDeletionQueries(service.db).hideNotes(ownerId);
    expect(await attachmentQueries(service.db).find(before[0]?.id as string)).toBeUndefined();
    expect(await filesOf(noteId)).toEqual(before);
    await accountDeletionQueries(service.db).showNotes(ownerId);
    expect(await attachmentQueries(service.db).find(before[0]?.id as string)).toBeDefined();
  });

  it("without a trash, the deletion of a large note also runs in steps", async () => {
    const withoutTrash = await startServiceInTest({ engine });
    const { owner, ownerId, noteId, files } = await arrange({ on: withoutTrash });
    expect((await owner.send(`DELETE /notes/${noteId}`)).status).toBe(204);
    expect((await owner.send(`GET /notes/${noteId}`)).body.code).toBe("note_not_found");
    for (const { id } of files) expect(await attachmentQueries(withoutTrash.db).find(id)).toBeUndefined();
    expect(await usageQueries(withoutTrash.db).find(ownerId)).toMatchObject({ files: FILES - MAX_FILES_IN_STEP });
    await purgeAll(withoutTrash);
    expect(await usageQueries(withoutTrash.db).find(ownerId)).toMatchObject({ files: 0, bytes: 0 });
    expect(await driftsOf(withoutTrash)).toEqual([]);
  });

  it("two parallel replicas delete a large note only once", async () => {
    const withoutTrash = await startServiceInTest({ engine });
    const replica = await startServiceInTest({ engine, beside: withoutTrash });
    const { owner, ownerId, noteId } = await arrange({ on: withoutTrash });
    await owner.send(`DELETE /notes/${noteId}`);
    await Promise.all([withoutTrash, replica, withoutTrash, replica].map(purgeAll));
    expect(await usageQueries(withoutTrash.db).find(ownerId)).toMatchObject({ files: 0, bytes: 0 });
    expect(await driftsOf(withoutTrash)).toEqual([]);
    expect(await trashQueries(withoutTrash.db).nextToPurge()).toBeUndefined();
  });

  it("a large note that moves to the trash loses its pending uploads", async () => {
    const { owner, ownerId, noteId, files } = await arrange({ state: "pending" });
    const now = Date.now();
    for (const file of files) {
      const times = { createdAt: now, expiresAt: now + DAY_MS };
      await insertUpload(service.database.db, sampleUpload(file, { ...times, idempotencyKey: file.id }));
    }
    expect((await owner.send(`DELETE /notes/${noteId}`)).status).toBe(204);
    // The presigned URLs can still store the objects. So the objects count in the usage until these URLs expire.
    expect(await usageQueries(service.db).find(ownerId)).toMatchObject({ files: FILES });
    expect(await filesOf(noteId)).toEqual([]);
    expect(await driftsOf()).toEqual([]);
    expect(await queuedOf(files)).toBe(FILES);
    expect(await uploadQueries(service.db).countPending({ userId: ownerId, noteId })).toEqual({ ofUser: 0, ofNote: 0 });
  });
});
