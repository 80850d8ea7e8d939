import { DatabaseSync } from "node:sqlite";
import { v7 as newId } from "uuid";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { urlJournalFile } from "../../../platform/database/sqlite/file.ts";
import { sampleEvent } from "../../../testing/database/samples.ts";
import { sqlite, type TestDatabase } from "../../../testing/database/test-databases.ts";
import { type AuditEvent, toAuditValues } from "../audit-event.ts";
import { auditQueries, urlAuditLog } from "../queries.ts";
import { type JournalFiles, UrlJournal } from "./journal.ts";

// Only SQLite has the journal. The tests of the audit log cover URL events on both databases.
describe("the journal of URL events in the audit log", () => {
  let test: TestDatabase;
  let files: JournalFiles;

  beforeEach(async () => {
    test = await sqlite.open();
    files = openFiles();
  });
  afterEach(async () => {
    closeFiles(files);
    await test.close();
  });

  function openFiles(): JournalFiles {
    const file = test.file as string;
    return { database: new DatabaseSync(file), journal: new DatabaseSync(urlJournalFile(file)) };
  }

  function closeFiles({ database, journal }: JournalFiles): void {
    database.close();
    journal.close();
  }

  const events = (count: number) =>
    Array.from({ length: count }, (_, i) => sampleEvent({ noteId: `n${i % 3}`, ownerId: `o${i % 3}` }));
  const append = (journal: UrlJournal, batch: AuditEvent[]) => journal.append(batch.map(toAuditValues));
  const countIn = (file: DatabaseSync, table: string) =>
    file.prepare(`select count(*) as count from ${table}`).get()?.count;
  const moved = () => countIn(files.database, "audit_events");
  const batches = () => countIn(files.journal, "url_event_batches");

  function moveAll(journal: UrlJournal): void {
    while (journal.moveSome(1_000) > 0);
  }

  async function expectListed(expected: AuditEvent[]): Promise<void> {
    for (const i of [0, 1, 2]) {
      const newestFirst = expected.filter((event) => event.noteId === `n${i}`).reverse();
      const page = { limit: 200, cursor: undefined };
      expect((await auditQueries(test.db).listOfNote(`n${i}`, page)).items).toEqual(newestFirst);
      expect((await auditQueries(test.db).listOfOwner(`o${i}`, page)).items).toEqual(newestFirst);
    }
  }

  it("the audit log lists an event once, even while the journal moves it to the database", async () => {
    const journal = new UrlJournal(files);
    const [first, second] = [events(50), events(30)];
    append(journal, first.slice(0, 20));
    append(journal, first.slice(20));
    await expectListed(first);
    // Three steps remain: two move 20 and 10 events, and one removes the two batches.
    expect(journal.moveSome(20)).toBe(3);
    append(journal, second);
    await expectListed([...first, ...second]);
    expect([journal.moveSome(20), journal.moveSome(20)]).toEqual([2, 1]);
    await expectListed([...first, ...second]);
    expect(batches()).toBe(3);
    expect(journal.moveSome(20)).toBe(0);
    await expectListed([...first, ...second]);
    expect([moved(), batches(), journal.gathered]).toEqual([50, 1, 30]);
    moveAll(journal);
    await expectListed([...first, ...second]);
    expect([moved(), batches(), journal.gathered]).toEqual([80, 0, 0]);
    expect(journal.moveSome(100)).toBe(0);
  });

  it("the journal moves events that an earlier version wrote without the routine field", async () => {
    const journal = new UrlJournal(files);
    const event = sampleEvent({ noteId: "n0", ownerId: "o0" });
    journal.append([toAuditValues(event).slice(0, 8)]);
    const acts = { limit: 9, cursor: undefined, routine: "omit" } as const;
    expect((await auditQueries(test.db).listOfNote("n0", acts)).items).toEqual([event]);
    moveAll(journal);
    expect((await auditQueries(test.db).listOfNote("n0", acts)).items).toEqual([event]);
  });

  it("the audit log finds events of an owner whose id has quotes or backslashes", async () => {
    const journal = new UrlJournal(files);
    for (const ownerId of ["DOMAIN\\ann", '"ann"', "ann\n", "änn"]) {
      const event = sampleEvent({ noteId: "n0", ownerId });
      append(journal, [event]);
      expect((await auditQueries(test.db).listOfOwner(ownerId, { limit: 200, cursor: undefined })).items).toEqual([
        event,
      ]);
    }
  });

  it("a page of the audit log contains events from the database table and the journal", async () => {
    const journal = new UrlJournal(files);
    const all = Array.from({ length: 25 }, () => sampleEvent({ noteId: "n0", ownerId: "o0" }));
    append(journal, all.slice(0, 10));
    journal.moveSome(10);
    append(journal, all.slice(10));
    journal.moveSome(5);
    const found: AuditEvent[] = [];
    let cursor: string | undefined;
    do {
      const page = await auditQueries(test.db).listOfNote("n0", { limit: 4, cursor });
      found.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(found).toEqual(all.reverse());
  });

  it("the journal moves the remaining events of a killed process to the database", async () => {
    const left = events(40);
    const killed = new UrlJournal(files);
    append(killed, left);
    killed.moveSome(15);
    expect(moved()).toBe(15);
    const next = new UrlJournal(files);
    expect(next.gathered).toBe(40);
    moveAll(next);
    expect([moved(), batches()]).toEqual([40, 0]);
    await expectListed(left);
  });

  it("the journal of one process does not remove the event batches of another process", async () => {
    const mine = new UrlJournal(files);
    const othersFiles = openFiles();
    const other = new UrlJournal(othersFiles);
    const [a, b, c] = [events(9), events(9), events(9)];
    append(mine, a);
    append(other, b);
    append(mine, c);
    moveAll(mine);
    expect([moved(), batches()]).toEqual([18, 1]);
    await expectListed([...a, ...b, ...c]);
    moveAll(other);
    expect(batches()).toBe(0);
    await expectListed([...a, ...b, ...c]);
    closeFiles(othersFiles);
  });

  it("the journal continues to move events after a failed step", async () => {
    const journal = new UrlJournal(files);
    const all = events(10);
    append(journal, all);
    files.database.exec("create trigger broken before insert on audit_events begin select raise(abort, 'disk'); end");
    expect(() => journal.moveSome(4)).toThrow("disk");
    files.database.exec("drop trigger broken");
    await expectListed(all);
    moveAll(journal);
    expect([moved(), batches()]).toEqual([10, 0]);
    await expectListed(all);
  });

  it("the journal moves events as fast as 500 callers record events", async () => {
    const [callers, rounds] = [500, 200];
    const recorded = events(callers);
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(recorded.map((event) => urlAuditLog(test.db).record({ ...event, id: newId() })));
    }
    // The journal starts to move events when it has 20,000 of them. If the moves were slower than the callers, half of the 100,000 events
    // would remain.
    expect(100_000 - Number(moved())).toBeLessThan(45_000);
  });

  it("a service whose journal is empty at the start starts no thread for the journal", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    let threads = 0;
    const countThread = () => {
      threads += 1;
    };
    process.on("worker", countThread);
    onTestFinished(() => void process.off("worker", countThread));
    async function restart(): Promise<void> {
      const again = await test.openAgain({ clock: Date.now });
      vi.advanceTimersByTime(1_000);
      await again.close();
    }
    await restart();
    expect(threads).toBe(0);
    const left = events(6);
    append(new UrlJournal(files), left);
    await restart();
    expect([threads, moved()]).toEqual([1, 6]);
    await expectListed(left);
  });

  it("the journal moves all events when nobody records an event", async () => {
    const recorded = events(6);
    await Promise.all(recorded.map((event) => urlAuditLog(test.db).record(event)));
    await expect.poll(batches).toBe(0);
    expect(moved()).toBe(6);
    await expectListed(recorded);
  });
});
