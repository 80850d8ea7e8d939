import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accessQueries } from "../../features/access/queries.ts";
import { attachmentQueries } from "../../features/attachments/queries.ts";
import { auditQueries, urlAuditLog } from "../../features/audit/queries.ts";
import { noteQueries } from "../../features/notes/queries.ts";
import { sampleAttachment, sampleEvent, sampleNote } from "../../testing/database/samples.ts";
import { TcpProxy } from "../../testing/database/tcp-proxy.ts";
import { postgres, sqlite, type TestDatabase } from "../../testing/database/test-databases.ts";
import { openPostgres } from "../../wiring/database/open-postgres.ts";
import type { Database } from "./queries.ts";
import { urlJournalFile } from "./sqlite/file.ts";

const LIMIT_MS = 3_500;
/**
 * Starts a timer, and returns a function that returns true after the time limit. On a slow machine, the timer is as late as the shorter
 * time limits of the database.
 */
function timeLimit(): () => boolean {
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
  }, LIMIT_MS);
  timer.unref();
  return () => isOver;
}
const FIRST = { limit: 1, cursor: undefined };

const writes: Record<string, (db: Database) => Promise<unknown>> = {
  "a write": (db) => noteQueries(db).insert(sampleNote()),
  "a transaction": (db) => db.transaction((tx) => noteQueries(tx).insert(sampleNote())),
  "a URL event": (db) => urlAuditLog(db).record(sampleEvent()),
  "the probe": (db) => db.probe(),
};

const reads: Record<string, (db: Database) => Promise<unknown>> = {
  "a list": (db) => noteQueries(db).listOwned("ann", FIRST),
  "a search": (db) => noteQueries(db).listOwned("ann", { ...FIRST, search: "text" }),
  "an access decision": (db) => accessQueries(db).download("ann", "none"),
  "a batch of access decisions": (db) => accessQueries(db).downloads("ann", ["none"]),
  "the access to a note": (db) => accessQueries(db).note("ann", "none"),
};

/** Makes all calls in parallel, so that no call waits for the failure of another call. */
async function expectUnavailable(db: Database, calls: typeof writes): Promise<void> {
  const expectOne = async ([name, call]: [string, (typeof writes)[string]]) => {
    const isTooLate = timeLimit();
    await expect(call(db), name).rejects.toMatchObject({ code: "database_unavailable" });
    expect(isTooLate(), name).toBe(false);
  };
  await Promise.all(Object.entries(calls).map(expectOne));
}

async function expectAvailable(db: Database): Promise<void> {
  for (const [name, call] of Object.entries({ ...writes, ...reads })) {
    await expect(
      call(db).then(() => "worked"),
      name,
    ).resolves.toBe("worked");
  }
}

// Each engine has another kind of outage, but the expectations of the tests are the same.
describe("an unreachable PostgreSQL", () => {
  let test: TestDatabase;
  let proxy: TcpProxy;
  let db: Database;

  beforeAll(async () => {
    test = await postgres.open();
    const url = new URL(test.url as string);
    proxy = new TcpProxy({ host: url.hostname, port: Number(url.port || 5432) });
    await proxy.listen();
    url.hostname = "127.0.0.1";
    url.port = String(proxy.port);
    db = await openPostgres({ url: url.href, clock: Date.now, poolSize: 3 });
  });

  afterAll(async () => {
    await db.close();
    await proxy.cut();
    await test.close();
  });

  it.each(["cut", "stall"] as const)(
    "queries fail within seconds while the connection to PostgreSQL is dead (%s)",
    async (how) => {
      await expectAvailable(db);
      await proxy[how]();
      await expectUnavailable(db, { ...writes, ...reads });
      await proxy.mend();
      await expectAvailable(db);
    },
  );

  it("a transaction that loses its connection commits none of its writes", async () => {
    const note = sampleNote();
    const transaction = db.transaction(async (tx) => {
      await noteQueries(tx).insert(note);
      await proxy.cut();
      await attachmentQueries(tx).insert(sampleAttachment(note));
    });
    await expect(transaction).rejects.toMatchObject({ code: "database_unavailable" });
    await proxy.mend();
    expect(await accessQueries(db).note("ann", note.id)).toBeUndefined();
  });

  it("all queries that wait for a dead connection fail at the same time", async () => {
    await proxy.stall();
    const isTooLate = timeLimit();
    const calls = Array.from({ length: 30 }, () => noteQueries(db).listOwned("ann", FIRST));
    const results = await Promise.allSettled(calls);
    expect(isTooLate()).toBe(false);
    expect(results.every(({ status }) => status === "rejected")).toBe(true);
    await proxy.mend();
    await expectAvailable(db);
  });
});

describe("SQLite files that another process locks", () => {
  let test: TestDatabase;
  let others: DatabaseSync[];

  beforeEach(async () => {
    test = await sqlite.open();
    const file = test.file as string;
    others = [file, urlJournalFile(file)].map((path) => new DatabaseSync(path));
  });
  afterEach(async () => {
    for (const other of others) other.close();
    await test.close();
  });

  const onOthers = (statement: string) => {
    for (const other of others) other.exec(statement);
  };

  it("while another process locks a SQLite file, writes fail and reads succeed", async () => {
    await expectAvailable(test.db);
    onOthers("begin immediate");
    await expectUnavailable(test.db, writes);
    for (const call of Object.values(reads)) await call(test.db);
    onOthers("rollback");
    await expectAvailable(test.db);
  });

  it("writes wait for a short lock of a SQLite file without blocking the event loop", async () => {
    onOthers("begin immediate");
    const written = Promise.all(Object.values(writes).map((call) => call(test.db)));
    // The timer can fire only if nothing blocks the event loop. The writes succeed only if they wait until the timer releases the locks.
    setTimeout(() => onOthers("commit"), 200);
    await written;
  });

  it("the log of URL events works while another process locks only the main database", async () => {
    const event = sampleEvent({ noteId: "n-locked" });
    others[0]?.exec("begin immediate");
    await urlAuditLog(test.db).record(event);
    expect((await auditQueries(test.db).listOfNote("n-locked", FIRST)).items).toEqual([event]);
    others[0]?.exec("rollback");
  });
});
