import { existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { expect, it, onTestFinished, vi } from "vitest";
import { openSqliteUrlAudit } from "../../../features/audit/journal/log.ts";
import { noteQueries } from "../../../features/notes/queries.ts";
import { sampleEvent, sampleNote } from "../../../testing/database/samples.ts";
import { sqlite } from "../../../testing/database/test-databases.ts";
import { openSqlite } from "../../../wiring/database/open-sqlite.ts";
import type { Database } from "../queries.ts";
import { createCheckpoints } from "./checkpoints.ts";
import { Mutex } from "./write-group.ts";

/** Makes the write-ahead log about 57 MiB longer. A blob of zeros costs less CPU time than a text. */
async function lengthenLog(db: Database): Promise<void> {
  await db.transaction(async ({ kysely }) => {
    await sql`create table if not exists long (content blob)`.execute(kysely);
    await sql`insert into long values (zeroblob(60000000))`.execute(kysely);
  });
}

it("a worker thread copies a long write-ahead log to the database after a write", async () => {
  const { file, close } = await sqlite.open();
  const [writer, other] = [new DatabaseSync(file as string), new DatabaseSync(file as string)];
  const state = other.prepare("pragma wal_checkpoint(noop)");
  const failures: unknown[] = [];
  const checkpoints = createCheckpoints(writer, {
    file: file as string,
    writeLock: new Mutex(),
    onFailure: (error) => failures.push(error),
  });
  writer.exec("create table long as select zeroblob(120000000) as content");
  // The write itself has copied no page of the log.
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
  expect(failures).toEqual([]);
  for (const connection of [writer, other]) connection.close();
  await close();
});

// Only Linux has a file that lists the locks of all processes.
const itOnLinux = process.platform === "linux" ? it : () => undefined;
itOnLinux("a checkpoint does not release the locks of another database in the same process", async () => {
  const { db, file, close } = await sqlite.open();
  const again = await openSqlite({ file: file as string, clock: Date.now });
  await noteQueries(db).insert(sampleNote());
  const { ino } = statSync(file as string);
  const countLocks = () => {
    const lines = readFileSync("/proc/locks", "utf8").split("\n");
    return lines.filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${ino} `)).length;
  };
  const before = countLocks();
  for (let count = 0; count < 2; count += 1) await lengthenLog(again);
  // `close` waits for the checkpoint, which also flushes the file.
  await again.close();
  expect(countLocks()).toBe(before);
  expect(before).toBeGreaterThan(0);
  await close();
});

it("the write-ahead log restarts although a reader always holds a transaction", async () => {
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
  for (let count = 0; count < 3; count += 1) await lengthenLog(db);
  await expect
    .poll(async () => {
      await noteQueries(db).insert(sampleNote());
      return statSync(`${file}-wal`).size;
    })
    .toBeLessThan(110 * 2 ** 20);
  clearInterval(timer);
  for (const reader of readers) reader.close();
  await close();
});

it("the service reports a failed checkpoint, and repeats the checkpoint later", async () => {
  // The pause ends only when the test moves the fake clock.
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const { file, close } = await sqlite.open();
  const failures: unknown[] = [];
  const again = await openSqlite({
    file: file as string,
    clock: Date.now,
    onCheckpointFailure: (error) => failures.push(error),
  });
  // The worker thread opens the file when the log is long for the first time. If the file is then missing, the thread must not create a new
  // file.
  renameSync(file as string, `${file}.moved`);
  for (let count = 0; count < 2; count += 1) await lengthenLog(again);
  await expect.poll(() => failures.length).toBe(1);
  for (let count = 0; count < 20; count += 1) await noteQueries(again).insert(sampleNote());
  expect(failures).toMatchObject([{ code: "database_unavailable" }]);
  vi.advanceTimersByTime(2_000);
  await noteQueries(again).insert(sampleNote());
  await expect.poll(() => failures.length).toBe(2);
  expect(existsSync(file as string)).toBe(false);
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(100 * 2 ** 20);
  renameSync(`${file}.moved`, file as string);
  await again.close();
  await close();
});

it("the move of URL events from the journal into the database can cause a checkpoint", async () => {
  const { file, close } = await sqlite.open();
  let steps = 0;
  const urlAudit = openSqliteUrlAudit({
    file: file as string,
    writeLock: new Mutex(),
    hasEvents: false,
    afterWrite: () => {
      steps += 1;
    },
  });
  await urlAudit.record(sampleEvent());
  await expect.poll(() => steps).toBeGreaterThan(0);
  await urlAudit.close();
  await close();
});
