import { describe, expect, it, onTestFinished } from "vitest";
import { accessQueries } from "../../features/access/queries.ts";
import { auditQueries } from "../../features/audit/queries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { sampleEvent, sampleNote } from "../../testing/database/samples.ts";
import { createTestPostgresDatabase, postgres, runSql } from "../../testing/database/test-databases.ts";
import { useDatabase } from "../../testing/database/use-database.ts";
import { openPostgres } from "../../wiring/database/open-postgres.ts";
import type { Database } from "./queries.ts";

const CHANGES = 8;

/** Returns a function whose promises all resolve when the function has been called `count` times. */
function meetingOf(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return () => {
    arrived += 1;
    if (arrived === count) resolve();
    return promise;
  };
}

// SQLite has only one writer at a time, so its transactions cannot conflict.
describe("conflicting transactions on postgres", () => {
  const suite = useDatabase(postgres);

  it("two transactions that block each other in a deadlock both succeed after a retry", async () => {
    const { db } = suite;
    const [one, two] = [sampleNote(), sampleNote()];
    await noteQueries(db).insert(one);
    await noteQueries(db).insert(two);
    const bothHoldTheirFirst = meetingOf(2);
    let attempts = 0;
    const hold = (ids: string[]) =>
      db.transaction(async (tx) => {
        attempts += 1;
        for (const id of ids) {
          await noteQueries(tx).update(id, { title: ids.join(), updatedAt: 1 });
          await bothHoldTheirFirst();
        }
        await auditQueries(tx).add(sampleEvent({ noteId: one.id }));
      });
    await Promise.all([hold([one.id, two.id]), hold([two.id, one.id])]);
    // The second attempt may conflict again, so the test accepts more than three attempts.
    expect(attempts).toBeGreaterThan(2);
    const { items } = await auditQueries(db).listOfNote(one.id, { limit: 10, cursor: undefined });
    expect(items).toHaveLength(2);
  });
});

describe("a database whose default isolation is serializable, on postgres", () => {
  async function openSerializable(): Promise<{ db: Database; url: string }> {
    const { url, remove } = await createTestPostgresDatabase();
    onTestFinished(remove);
    await (await openPostgres({ url, clock: Date.now })).close();
    const name = new URL(url).pathname.slice(1);
    await runSql(url, `alter database ${name} set default_transaction_isolation = 'serializable'`);
    return { url, db: await openPostgres({ url, clock: Date.now }) };
  }

  it("conflicting transactions all succeed on a serializable database", async () => {
    const { db } = await openSerializable();
    const note = sampleNote();
    await noteQueries(db).insert(note);
    const allHaveRead = meetingOf(2);
    let attempts = 0;
    const change = () =>
      db.transaction(async (tx) => {
        attempts += 1;
        const seen = await accessQueries(tx).note("ann", note.id);
        await allHaveRead();
        await noteQueries(tx).update(note.id, { body: `${seen?.note.body}+`, updatedAt: 1 });
      });
    await Promise.all([change(), change()]);
    expect((await accessQueries(db).note("ann", note.id))?.note.body).toBe(`${note.body}++`);
    expect(attempts).toBeGreaterThan(2);
    await db.close();
  });

  it("parallel changes of one row all succeed on a serializable database", async () => {
    const { db } = await openSerializable();
    const note = sampleNote();
    await noteQueries(db).insert(note);
    const changes = Array.from({ length: CHANGES }, (_, nth) => noteQueries(db).update(note.id, { updatedAt: nth }));
    expect(await Promise.all(changes)).not.toContain(undefined);
    await db.close();
  });

  it("a transaction fails with database_unavailable when all of its attempts fail", async () => {
    const { db, url } = await openSerializable();
    const note = sampleNote();
    await noteQueries(db).insert(note);
    let attempts = 0;
    const failing = db.transaction(async (tx) => {
      attempts += 1;
      await accessQueries(tx).note("ann", note.id);
      await runSql(url, `update notes set body = body || '+' where id = '${note.id}'`);
      await noteQueries(tx).update(note.id, { title: "Other", updatedAt: 1 });
    });
    await expect(failing).rejects.toMatchObject({
      code: "database_unavailable",
      message: "Other changes of the same data came first, several times. Try again.",
    });
    expect(attempts).toBe(5);
    await db.close();
  });
});
