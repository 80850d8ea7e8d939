import fc from "fast-check";
import { v7 as newId } from "uuid";
import { describe, expect, it } from "vitest";
import type { Role } from "../../../platform/database/unions.ts";
import { sampleAttachment, sampleNote, sampleShare, sampleUpload } from "../../../testing/database/samples.ts";
import { engines } from "../../../testing/database/test-databases.ts";
import { useDatabase } from "../../../testing/database/use-database.ts";
import type { Upload } from "../../access/attachment.ts";
import { permits } from "../../access/authorise.ts";
import type { Note } from "../../access/note.ts";
import { guardedNoteQueries } from "../../access/queries.ts";
import { attachmentQueries } from "../../attachments/queries.ts";
import { noteQueries } from "../../notes/queries.ts";
import { disabledUserQueries } from "../../people/queries.ts";
import { shareQueries } from "../../sharing/queries/shares.ts";
import { usageQueries } from "../../usage/queries.ts";
import type { StartedRecord, UploadStart } from "./start-statements.ts";
import { uploadQueries } from "./uploads.ts";

const QUOTA = { bytes: 1_000, files: 6 };
const MAX_PENDING = { ofUser: 4, ofNote: 3 };
const KEY_LIFE_MS = 100;
const RUNS = 60;

const by = fc.constantFrom("owner", "bob");
const note = fc.nat({ max: 1 });
const commands = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      name: fc.constant("start" as const),
      by,
      note: fc.nat({ max: 2 }),
      sizeBytes: fc.constantFrom(0, 1, 300, 1_000, 1_001),
      key: fc.constantFrom(undefined, "a", "b"),
      isGranted: fc.boolean(),
      isNested: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      name: fc.constant("end" as const),
      nth: fc.nat({ max: 5 }),
      to: fc.constantFrom("aborted" as const, "ready" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      name: fc.constant("share" as const),
      note,
      role: fc.constantFrom("editor" as const, "viewer" as const, undefined),
    }),
  },
  { weight: 1, arbitrary: fc.record({ name: fc.constant("disable" as const), by, isDisabled: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ name: fc.constant("time passes" as const), milliseconds: fc.constantFrom(1, 60, 100) }),
  },
);
type Command = typeof commands extends fc.Arbitrary<infer T> ? T : never;

describe.each(engines)("the SQL statements of an upload start on $name", (engine) => {
  const suite = useDatabase(engine);

  function startOf(note: Note, given: Partial<Upload> & Partial<Pick<UploadStart, "isGranted">> = {}): UploadStart {
    const { isGranted = false, ...fields } = given;
    const attachment = sampleAttachment(note, { sizeBytes: 1 });
    const upload = sampleUpload(attachment, {
      createdAt: suite.clock.now,
      expiresAt: suite.clock.now + 60_000,
      ...fields,
    });
    const startedBefore = upload.createdAt - KEY_LIFE_MS;
    return { upload, isGranted, quota: QUOTA, maxPending: MAX_PENDING, startedBefore };
  }

  const inTransaction = (start: UploadStart) => suite.db.transaction((tx) => uploadQueries(tx).start(start));

  async function insertNotes(ownerId: string): Promise<[Note, Note]> {
    const notes: [Note, Note] = [sampleNote({ ownerId }), sampleNote({ ownerId })];
    for (const each of notes) await noteQueries(suite.db).insert(each);
    return notes;
  }

  it("upload starts give the same results as a model after any sequence of changes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(commands, { minLength: 1, maxLength: 25 }), async (sequence) => {
        const ownerId = newId();
        const bob = newId();
        const notes = await insertNotes(ownerId);
        const model = new Model(notes);
        for (const command of sequence) {
          if (command.name === "start") {
            const userId = command.by === "owner" ? ownerId : bob;
            const { sizeBytes, key: idempotencyKey, isGranted } = command;
            const given = { userId, sizeBytes, idempotencyKey, isGranted };
            const start = startOf(notes[command.note] ?? sampleNote({ ownerId }), given);
            const started = await (command.isNested ? inTransaction(start) : uploadQueries(suite.db).start(start));
            expect(started).toEqual(model.start(start));
          } else await change(command, { model, ownerId, bob, notes });
          expect(await usageQueries(suite.db).find(ownerId)).toEqual(model.usage());
        }
        for (const upload of model.uploads) {
          expect(await uploadQueries(suite.db).find(upload.id)).toEqual(upload);
          const { id, createdBy, sizeBytes } = (await attachmentQueries(suite.db).find(upload.attachmentId)) ?? {};
          expect({ id, createdBy, sizeBytes }).toEqual({
            id: upload.attachmentId,
            createdBy: upload.userId,
            sizeBytes: upload.sizeBytes,
          });
        }
      }),
      { numRuns: RUNS },
    );
  });

  // SQLite skips these tests, because two transactions never run in parallel on SQLite.
  const itOnPostgres = engine.name === "postgres" ? it : () => undefined;
  itOnPostgres("an upload start waits for other starts even after the lock timeout", async () => {
    const [note] = await insertNotes("patient");
    const start = startOf(note, { userId: "patient" });
    const { noteId, userId } = start.upload;
    let attempts = 0;
    const release = await holdStarts({ noteId, userId });
    const waiting = suite.db.transaction(async (tx) => {
      attempts += 1;
      // The first attempt has waited for too long, so PostgreSQL has ended the attempt.
      if (attempts === 2) await release();
      await uploadQueries(tx).holdStarts({ noteId, userId });
      return uploadQueries(tx).start(start);
    });
    await expect(waiting.finally(release)).resolves.toMatchObject({ isRecorded: true });
    expect(attempts).toBe(2);
  });

  itOnPostgres("an upload start that has waited too long for other starts records nothing", async () => {
    const [note] = await insertNotes("waiting");
    const start = startOf(note, { userId: "waiting" });
    const { noteId, userId } = start.upload;
    const release = await holdStarts({ noteId, userId });
    await expect(uploadQueries(suite.db).start(start).finally(release)).rejects.toMatchObject({
      code: "database_unavailable",
      message: "Another transaction holds the same data. Try again when that transaction has ended.",
    });
    // Waits for the end of the statements whose client has stopped waiting.
    await suite.db.transaction((tx) => uploadQueries(tx).holdStarts({ noteId, userId }));
    expect(await uploadQueries(suite.db).find(start.upload.id)).toBeUndefined();
    expect(await uploadQueries(suite.db).start(start)).toMatchObject({ isRecorded: true });
  });

  /** Locks the starts of uploads in another transaction. Returns a function that ends this transaction. */
  async function holdStarts(of: { noteId: string; userId: string }): Promise<() => Promise<void>> {
    const [held, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holding = suite.db.transaction(async (tx) => {
      await uploadQueries(tx).holdStarts(of);
      held.resolve();
      await released.promise;
    });
    await held.promise;
    return () => {
      released.resolve();
      return holding;
    };
  }

  type Scene = { model: Model; ownerId: string; bob: string; notes: [Note, Note] };

  async function change(
    command: Exclude<Command, { name: "start" }>,
    { model, ownerId, bob, notes }: Scene,
  ): Promise<void> {
    const { db, clock } = suite;
    if (command.name === "time passes") {
      clock.now += command.milliseconds;
    } else if (command.name === "disable") {
      const userId = command.by === "owner" ? ownerId : bob;
      model.disabled[command.isDisabled ? "add" : "delete"](userId);
      await (command.isDisabled
        ? disabledUserQueries(db).add(userId, clock.now)
        : disabledUserQueries(db).remove(userId));
    } else if (command.name === "share") {
      const noteId = notes[command.note as 0 | 1].id;
      const { role } = command;
      model.roles.delete(`${noteId} ${bob}`);
      if (role === undefined) await shareQueries(db).delete({ noteId }, bob);
      else {
        model.roles.set(`${noteId} ${bob}`, role);
        await shareQueries(db).put({ noteId }, sampleShare({ userId: bob, role }));
      }
    } else {
      const upload = model.uploads[command.nth];
      if (upload?.state !== "pending") return;
      const change = { from: "pending", to: command.to } as const;
      await db.transaction(async (tx) => {
        await attachmentQueries(tx).transition(upload.attachmentId, change);
        await uploadQueries(tx).transition(upload.id, change);
      });
      upload.state = command.to;
      if (command.to === "aborted") upload.idempotencyKey = undefined;
    }
  }

  it.each([
    ["bytes", 3, { maxPending: { ofUser: 99, ofNote: 99 } }, { sizeBytes: 300 }],
    ["files", 6, { maxPending: { ofUser: 99, ofNote: 99 } }, {}],
    ["uploads of the user", 4, { maxPending: { ofUser: 4, ofNote: 99 } }, {}],
    ["uploads on each note", 2, { maxPending: { ofUser: 99, ofNote: 1 } }, {}],
    ["uploads with a key", 1, {}, { idempotencyKey: "a" }],
  ])(
    "24 simultaneous upload starts record exactly the permitted number of %s",
    async (_what, permitted, limits, given) => {
      const notes = await insertNotes(newId());
      const starts = Array.from({ length: 24 }, (_, nth) => {
        const start = { ...startOf(notes[(nth % 2) as 0 | 1], given), ...limits };
        return nth % 3 === 0 ? inTransaction(start) : uploadQueries(suite.db).start(start);
      });
      const recorded = (await Promise.all(starts)).filter((record) => record?.isRecorded);
      expect(recorded).toHaveLength(permitted);
      const { files } = await usageQueries(suite.db).find(notes[0].ownerId);
      expect(files).toBe(permitted);
    },
  );

  it("an upload start is refused as soon as the revocation of the user's share is committed", async () => {
    const [shared] = await insertNotes(newId());
    const bob = newId();
    await shareQueries(suite.db).put({ noteId: shared.id }, sampleShare({ userId: bob, role: "editor" }));
    const start = () => uploadQueries(suite.db).start(startOf(shared, { userId: bob }));
    expect(await start()).toMatchObject({ isRecorded: true });
    const [, ...during] = await Promise.all([
      shareQueries(suite.db).delete({ noteId: shared.id }, bob),
      start(),
      start(),
    ]);
    expect(await start()).toMatchObject({ isRecorded: false, mayAdd: false });
    const { files } = await usageQueries(suite.db).find(shared.ownerId);
    expect(files).toBe(1 + during.filter((record) => record?.isRecorded).length);
  });

  it("an upload start during the deletion of the note records nothing", async () => {
    const [doomed] = await insertNotes(newId());
    const starts = Array.from({ length: 3 }, () => uploadQueries(suite.db).start(startOf(doomed)));
    const deletion = suite.db.transaction(async (tx) => {
      await guardedNoteQueries(tx).hold(doomed.id);
      await noteQueries(tx).delete(doomed.id);
    });
    await Promise.all([deletion, ...starts]);
    expect(await uploadQueries(suite.db).start(startOf(doomed))).toBeUndefined();
    expect(await usageQueries(suite.db).find(doomed.ownerId)).toEqual({ bytes: 0, files: 0 });
  });

  it("an upload start that does not use the open transaction throws", async () => {
    const [note] = await insertNotes(newId());
    const nested = suite.db.transaction(() => uploadQueries(suite.db).start(startOf(note)));
    await expect(nested).rejects.toThrow("Inside a transaction");
  });
});

/** A simple model of the rules for the start of an upload. The model counts all pending uploads each time. */
class Model {
  readonly uploads: Upload[] = [];
  readonly roles = new Map<string, Role>();
  readonly disabled = new Set<string>();
  readonly #notes: readonly Note[];

  constructor(notes: readonly Note[]) {
    this.#notes = notes;
  }

  usage() {
    const counted = this.uploads.filter(({ state }) => state !== "aborted");
    return { bytes: counted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), files: counted.length };
  }

  start({ upload, isGranted, startedBefore }: UploadStart): StartedRecord | undefined {
    const note = this.#notes.find(({ id }) => id === upload.noteId);
    const own = this.uploads.filter(({ userId }) => userId === upload.userId);
    const { idempotencyKey: key, userId, createdAt: now } = upload;
    for (const each of own) {
      const isOld = each.createdAt <= startedBefore || (each.state === "pending" && each.expiresAt < now + 1_000);
      if (key !== undefined && each.idempotencyKey === key && isOld) each.idempotencyKey = undefined;
    }
    if (note === undefined) return undefined;
    const role = userId === note.ownerId ? "owner" : this.roles.get(`${note.id} ${userId}`);
    const mayAdd = isGranted || (!this.disabled.has(userId) && permits(role, "attachment.add"));
    const pending = {
      ofUser: own.filter(({ state }) => state === "pending").length,
      ofNote: this.uploads.filter(({ noteId, state }) => noteId === note.id && state === "pending").length,
    };
    const isRepeated = key !== undefined && own.some((each) => each.idempotencyKey === key);
    const { bytes, files } = this.usage();
    const isFull = files + 1 > QUOTA.files || (upload.sizeBytes > 0 && bytes + upload.sizeBytes > QUOTA.bytes);
    const isPending = pending.ofUser >= MAX_PENDING.ofUser || pending.ofNote >= MAX_PENDING.ofNote;
    const isRecorded = mayAdd && !isRepeated && !isPending && !isFull;
    if (isRecorded) this.uploads.push({ ...upload });
    return { isRecorded, ownerId: note.ownerId, mayAdd, pending, isRepeated };
  }
}
