import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { sampleEvent, sampleNote } from "../testing/samples.ts";
import { sqlite } from "../testing/test-databases.ts";
import { openSqliteUrlAudit } from "./journal/log.ts";
import { Mutex } from "./mutex.ts";

const LONG_TEXT = "a".repeat(60_000_000);

it("copies a long write-ahead log on a worker thread, after the write", async () => {
  const { db, file, close } = await sqlite.open();
  const other = new DatabaseSync(file as string);
  const state = other.prepare("pragma wal_checkpoint(noop)");
  await db.notes.insert(sampleNote({ body: LONG_TEXT }));
  await db.notes.insert(sampleNote({ body: LONG_TEXT }));
  expect(state.get()).toMatchObject({ checkpointed: 0 });
  await expect.poll(() => state.get()?.checkpointed, { timeout: 20_000 }).toBeGreaterThan(24_000);
  await db.notes.insert(sampleNote());
  expect(state.get()?.log).toBeLessThan(100);
  other.close();
  await close();
}, 30_000);

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
