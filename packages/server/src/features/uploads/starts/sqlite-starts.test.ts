import { renameSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { sqliteEngine } from "../../../platform/database/engine.ts";
import { Mutex } from "../../../platform/database/sqlite/write-group.ts";
import { sampleAttachment, sampleNote, sampleUpload } from "../../../testing/database/samples.ts";
import { sqlite } from "../../../testing/database/test-databases.ts";
import type { Note } from "../../access/note.ts";
import { noteQueries } from "../../notes/queries.ts";
import { usageQueries } from "../../usage/queries.ts";
import type { UploadStart } from "../queries/start-statements.ts";
import { compileUploads } from "../queries/uploads.ts";
import { BURST, openStarts } from "./sqlite-starts.ts";

async function startsInTest() {
  const { db, file, close } = await sqlite.open();
  const note = sampleNote();
  await noteQueries(db).insert(note);
  const writeLock = new Mutex();
  const commits = { here: 0, onThread: 0 };
  const starts = openStarts({
    file: file as string,
    writeLock,
    statements: compileUploads(db.kysely, sqliteEngine).start,
    run: async () => {
      commits.here += 1;
      return undefined as never;
    },
    afterWrite: () => {
      commits.onThread += 1;
    },
  });
  onTestFinished(async () => {
    await starts.close();
    await close();
  });
  return { db, file: file as string, note, starts, writeLock, commits };
}

function startsOn(note: Note, count: number): UploadStart[] {
  return Array.from({ length: count }, () => ({
    upload: sampleUpload(sampleAttachment(note, { sizeBytes: 1 })),
    isGranted: false,
    quota: { bytes: undefined, files: undefined },
    maxPending: { ofUser: 1_000, ofNote: 1_000 },
    startedBefore: 0,
  }));
}

describe("upload starts on SQLite", () => {
  it("on SQLite, a few simultaneous upload starts run on the main thread", async () => {
    const { note, starts, commits } = await startsInTest();
    await Promise.all(startsOn(note, BURST - 1).map(starts.start));
    expect(commits).toEqual({ here: BURST - 1, onThread: 0 });
  });

  it("on SQLite, many simultaneous upload starts share commits on the worker thread", async () => {
    const { db, note, starts, commits } = await startsInTest();
    const records = await Promise.all(startsOn(note, 64).map(starts.start));
    expect(records.every((record) => record?.isRecorded)).toBe(true);
    expect(commits).toEqual({ here: 0, onThread: 2 });
    expect(await usageQueries(db).find(note.ownerId)).toEqual({ bytes: 64, files: 64 });
  });

  it("on SQLite, a failed upload start undoes only its own writes", async () => {
    const { db, note, starts } = await startsInTest();
    const [first, ...others] = startsOn(note, 10) as [UploadStart, ...UploadStart[]];
    const twin: UploadStart = { ...first, upload: { ...first.upload, sizeBytes: 500 } };
    const outcomes = await Promise.allSettled([first, twin, ...others].map(starts.start));
    const refused = outcomes.filter(({ status }) => status === "rejected");
    expect(refused).toEqual([outcomes[1]]);
    expect(refused).toMatchObject([{ reason: { message: expect.stringContaining("UNIQUE"), errcode: 2067 } }]);
    expect(await usageQueries(db).find(note.ownerId)).toEqual({ bytes: 10, files: 10 });
  });

  it("on SQLite, starting an upload waits for other writes of the same process", async () => {
    const { note, starts, writeLock, commits } = await startsInTest();
    const unlock = await writeLock.acquire();
    const started = Promise.all(startsOn(note, 40).map(starts.start));
    const inBetween = writeLock.acquire().then((unlockAgain) => {
      const soFar = commits.onThread;
      unlockAgain();
      return soFar;
    });
    expect(commits.onThread).toBe(0);
    unlock();
    await started;
    expect(await inBetween).toBeLessThan(commits.onThread);
  });

  it("on SQLite, starting an upload fails only while the database file can't be opened", async () => {
    const { file, note, starts } = await startsInTest();
    renameSync(file, `${file}.moved`);
    const outcomes = await Promise.allSettled(startsOn(note, BURST).map(starts.start));
    const failure = { status: "rejected", reason: { code: "database_unavailable" } };
    expect(outcomes).toMatchObject(Array.from({ length: BURST }, () => failure));
    renameSync(`${file}.moved`, file);
    expect(await Promise.all(startsOn(note, BURST).map(starts.start))).toHaveLength(BURST);
  });

  it("on SQLite, starting an upload fails after two seconds without the write lock", async () => {
    const { file, note, starts } = await startsInTest();
    const other = new DatabaseSync(file);
    other.exec("begin immediate");
    const startedAt = performance.now();
    const outcomes = await Promise.allSettled(startsOn(note, 640).map(starts.start));
    const waited = performance.now() - startedAt;
    other.exec("rollback");
    other.close();
    const failure = { status: "rejected", reason: { code: "database_unavailable" } };
    expect(outcomes).toMatchObject(Array.from({ length: 640 }, () => failure));
    // If each batch waited for two seconds, the starts would wait for 40 seconds in total.
    expect(waited).toBeGreaterThan(1_900);
    expect(waited).toBeLessThan(20_000);
    expect(await Promise.all(startsOn(note, BURST).map(starts.start))).toHaveLength(BURST);
  });

  it("on SQLite, each upload start gets its own result, even for the same object", async () => {
    const { note, starts } = await startsInTest();
    const same = startsOn(note, 1)[0] as UploadStart;
    const outcomes = await Promise.allSettled([same, ...startsOn(note, BURST), same].map(starts.start));
    expect(outcomes.map(({ status }) => status === "fulfilled")).toEqual([...Array(BURST + 1).fill(true), false]);
  });

  it("on SQLite, starting an upload fails after the database is closed", async () => {
    const { note, starts } = await startsInTest();
    await starts.close();
    const [start] = startsOn(note, 1) as [UploadStart];
    await expect(starts.start(start)).rejects.toMatchObject({ code: "database_unavailable" });
  });
});
