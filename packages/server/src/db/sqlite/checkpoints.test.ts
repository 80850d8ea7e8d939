import { existsSync, renameSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { sampleEvent, sampleNote } from "../testing/samples.ts";
import { sqlite } from "../testing/test-databases.ts";
import { createCheckpoints } from "./checkpoints.ts";
import { createFlusher } from "./flusher.ts";
import { openSqliteUrlAudit } from "./journal/log.ts";
import { Mutex } from "./mutex.ts";
import { openSqlite } from "./open.ts";

const LONG_TEXT = "a".repeat(60_000_000);

it("copies a long write-ahead log on a worker thread, after the write", async () => {
  const { file, close } = await sqlite.open();
  const [writer, other] = [new DatabaseSync(file as string), new DatabaseSync(file as string)];
  const state = other.prepare("pragma wal_checkpoint(noop)");
  const failures: unknown[] = [];
  const flusher = createFlusher(file as string);
  let flushes = 0;
  const flush = () => {
    flushes += 1;
    return flusher.flush();
  };
  const checkpoints = createCheckpoints(writer, {
    file: file as string,
    writeLock: new Mutex(),
    flusher: { flush },
    onFailure: (error) => failures.push(error),
  });
  writer.exec("create table long as select randomblob(120000000) as content");
  // The write itself has copied nothing.
  expect(state.get()).toMatchObject({ checkpointed: 0 });
  checkpoints.afterWrite();
  await expect.poll(() => state.get()?.checkpointed).toBeGreaterThan(24_000);
  // After the second checkpoint, the next write starts at the beginning of the log.
  await expect
    .poll(() => {
      writer.exec("update long set content = 'short'");
      return state.get()?.log;
    })
    .toBeLessThan(100);
  await checkpoints.close();
  // The flushes after the first two checkpoints leave little to flush for the last checkpoint, which blocks all writes.
  expect(flushes).toBe(2);
  expect(failures).toEqual([]);
  for (const connection of [writer, other]) connection.close();
  flusher.close();
  await close();
});

it("starts the log anew although somebody always reads", async () => {
  const { db, file, close } = await sqlite.open();
  const readers = [new DatabaseSync(file as string), new DatabaseSync(file as string)];
  let turn = 0;
  const readAgain = () => {
    const [next, last] = [readers[turn % 2], readers[(turn + 1) % 2]] as [DatabaseSync, DatabaseSync];
    turn += 1;
    next.exec("begin; select count(*) from notes");
    if (last.isTransaction) last.exec("commit");
  };
  const timer = setInterval(readAgain, 5);
  for (let count = 0; count < 3; count += 1) await db.notes.insert(sampleNote({ body: LONG_TEXT }));
  await expect
    .poll(
      async () => {
        await db.notes.insert(sampleNote());
        return statSync(`${file}-wal`).size;
      },
      { timeout: 20_000 },
    )
    .toBeLessThan(110 * 2 ** 20);
  clearInterval(timer);
  for (const reader of readers) reader.close();
  await close();
}, 60_000);

it("tries again later and reports it when the log can't be copied", async () => {
  const { file, close } = await sqlite.open();
  const failures: unknown[] = [];
  const again = await openSqlite({
    file: file as string,
    clock: Date.now,
    onCheckpointFailure: (error) => failures.push(error),
  });
  // The worker thread opens the file only when the log is long for the first time. If the file is missing then, the thread must not create
  // a new one.
  renameSync(file as string, `${file}.moved`);
  await again.notes.insert(sampleNote({ body: LONG_TEXT }));
  await again.notes.insert(sampleNote({ body: LONG_TEXT }));
  await expect.poll(() => failures.length, { timeout: 20_000 }).toBe(1);
  for (let count = 0; count < 20; count += 1) await again.notes.insert(sampleNote());
  expect(failures).toMatchObject([{ code: "database_unavailable" }]);
  expect(existsSync(file as string)).toBe(false);
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(100 * 2 ** 20);
  renameSync(`${file}.moved`, file as string);
  await again.close();
  await close();
}, 60_000);

it("checks the log also after URL events were moved from the journal", async () => {
  const { file, close } = await sqlite.open();
  let steps = 0;
  const urlAudit = openSqliteUrlAudit({
    file: file as string,
    writeLock: new Mutex(),
    afterWrite: () => {
      steps += 1;
    },
  });
  await urlAudit.record(sampleEvent());
  await expect.poll(() => steps).toBeGreaterThan(0);
  await urlAudit.close();
  await close();
});
