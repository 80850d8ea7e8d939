import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, it, onTestFinished } from "vitest";
import { engines, type TestDatabase } from "../../testing/database/test-databases.ts";
import type { AuditEvent } from "./audit-event.ts";
import { partitionQueries } from "./partition-queries.ts";
import { auditQueries, urlAuditLog } from "./queries.ts";
import { type AuditArchive, addAuditPartition, createAuditArchive, expireAuditEvents } from "./retention.ts";

// On PostgreSQL, all these events are in the first partition, which has the events from before the first start of the service.
const NOW = Date.UTC(2020, 5, 1);
const DAY = 86_400_000;

function eventOf(at: number, nth: number, ownerId = "ann"): AuditEvent {
  const time = at.toString(16).padStart(12, "0");
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${nth.toString(16).padStart(12, "0")}`;
  return {
    id,
    at,
    action: "note.created",
    actorId: "ann",
    noteId: "note",
    ownerId,
    attachmentIds: [],
    detail: { nth },
  };
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "audit");
}

async function exportedIn(folder: string): Promise<{ id: string; at: string; action: string }[]> {
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.flatMap((text) => text.trimEnd().split("\n")).map((line) => JSON.parse(line));
}

describe.each(engines)("the retention job of the audit log, on $name", (engine) => {
  async function openWith(events: readonly AuditEvent[]): Promise<TestDatabase> {
    const database = await engine.open();
    onTestFinished(() => database.close());
    for (const event of events) await auditQueries(database.db).add(event);
    return database;
  }
  const expire = ({ db }: Pick<TestDatabase, "db">, archive: AuditArchive) =>
    expireAuditEvents({ db, clock: () => NOW, auditRetention: { days: 30, archive } })();
  const idsOf = async ({ db }: TestDatabase, owner: string) =>
    (await auditQueries(db).listOfOwner(owner, { limit: 200, cursor: undefined })).items.map(({ id }) => id);

  it("the retention job exports and deletes audit events older than the retention", async () => {
    const old = [eventOf(NOW - 31 * DAY, 1), eventOf(NOW - 40 * DAY, 2), eventOf(NOW - 31 * DAY, 3, "bob")];
    const young = [eventOf(NOW - 29 * DAY, 4), eventOf(NOW, 5, "bob")];
    const database = await openWith([...old, ...young]);
    const folder = await makeFolder();
    expect(await expire(database, createAuditArchive({ folder, clock: () => NOW }))).toBe(3);
    const exported = await exportedIn(folder);
    expect(exported.map(({ id }) => id).sort()).toEqual(old.map(({ id }) => id).sort());
    expect(exported[0]).toMatchObject({ action: "note.created", at: "2020-04-22T00:00:00.000Z", detail: { nth: 2 } });
    expect(await idsOf(database, "ann")).toEqual([young[0]?.id]);
    expect(await idsOf(database, "bob")).toEqual([young[1]?.id]);
  });

  it("the retention job deletes more audit events than one batch contains", async () => {
    const database = await openWith(Array.from({ length: 1_001 }, (_, nth) => eventOf(NOW - 31 * DAY, nth)));
    const folder = await makeFolder();
    expect(await expire(database, createAuditArchive({ folder, clock: () => NOW }))).toBe(1_001);
    expect(await exportedIn(folder)).toHaveLength(1_001);
    expect(await idsOf(database, "ann")).toEqual([]);
  });

  it("the retention job keeps audit events if their export fails", async () => {
    const events = [eventOf(NOW - 31 * DAY, 1)];
    const database = await openWith(events);
    const archive = { append: () => Promise.reject(new Error("no space")) };
    await expect(expire(database, archive)).rejects.toThrow("no space");
    expect(await idsOf(database, "ann")).toEqual(events.map(({ id }) => id));
  });

  it("two simultaneous retention jobs export every old audit event", async () => {
    const events = Array.from({ length: 700 }, (_, nth) => eventOf(NOW - 31 * DAY, nth));
    const database = await openWith(events);
    const other = await database.openAgain({ clock: () => NOW });
    const folder = await makeFolder();
    const archive = () => createAuditArchive({ folder, clock: () => NOW });
    await Promise.all([expire(database, archive()), expire({ db: other }, archive())]);
    const exported = new Set((await exportedIn(folder)).map(({ id }) => id));
    expect(exported).toEqual(new Set(events.map(({ id }) => id)));
    expect(await idsOf(database, "ann")).toEqual([]);
    await other.close();
  });
});

describe("the monthly partitions of the audit log, on postgres", () => {
  const postgres = engines.filter(({ name }) => name === "postgres");
  const [JUNE, JULY, AUGUST] = [Date.UTC(2030, 5), Date.UTC(2030, 6), Date.UTC(2030, 7)];

  async function open() {
    const database = await (postgres[0] as (typeof engines)[number]).open();
    onTestFinished(() => database.close());
    const { db } = database;
    const add = (...events: AuditEvent[]) => auditQueries(db).add(...events);
    const begin = (now: number) => addAuditPartition({ db, clock: () => now })();
    const expire = (now: number, archive: AuditArchive) =>
      expireAuditEvents({ db, clock: () => now, auditRetention: { days: 1, archive } })();
    const names = async () => {
      const all = await partitionQueries(db).list();
      return all.filter((name) => name > "audit_events_2030");
    };
    return { database, db, add, begin, expire, names };
  }

  it("two replicas add the audit log's partition for the next month only once", async () => {
    const { database, begin, names } = await open();
    const other = await database.openAgain({ clock: () => JUNE });
    onTestFinished(() => other.close());
    await Promise.all([begin(JUNE), addAuditPartition({ db: other, clock: () => JUNE })()]);
    await begin(JULY - 1);
    expect(await names()).toEqual(["audit_events_2030_07"]);
    await begin(JULY);
    await begin(JULY);
    expect(await names()).toEqual(["audit_events_2030_07", "audit_events_2030_08"]);
  });

  it("the audit log lists the events of all monthly partitions in order", async () => {
    const { db, add, begin } = await open();
    await add(eventOf(JUNE, 1));
    await begin(JUNE);
    await begin(JULY);
    const later = [eventOf(JULY, 2), eventOf(AUGUST, 3), eventOf(Date.UTC(2031, 3), 4)];
    await add(...later);
    await urlAuditLog(db).record(later[0] as AuditEvent);
    const listed = await auditQueries(db).listOfOwner("ann", { limit: 3, cursor: undefined });
    const rest = await auditQueries(db).listOfOwner("ann", { limit: 3, cursor: listed.nextCursor });
    expect([...listed.items, ...rest.items].map(({ detail }) => detail.nth)).toEqual([4, 3, 2, 1]);
  });

  it("the service drops a month of the audit log when its newest event is old enough", async () => {
    const { db, add, begin, expire, names } = await open();
    const [folder, now] = [await makeFolder(), Date.UTC(2030, 7, 2)];
    const archive = createAuditArchive({ folder, clock: () => now });
    await begin(JUNE);
    await begin(JULY);
    const many = Array.from({ length: 1_001 }, (_, nth) => eventOf(JULY + nth, nth, `owner-${nth % 3}`));
    const ofLink = { ...eventOf(AUGUST - 1, 2_000), detail: { nth: 2_000, linkId: "link" } };
    await add(eventOf(JUNE, 0), ...many, ofLink, eventOf(AUGUST, 3_000));
    expect(await expire(now - 2, archive)).toBe(1);
    expect(await names()).toEqual(["audit_events_2030_07", "audit_events_2030_08"]);
    expect(await expire(now, archive)).toBe(1_002);
    expect(await names()).toEqual(["audit_events_2030_08"]);
    expect((await exportedIn(folder)).length).toBe(1_003);
    expect(await db.kysely.selectFrom("link_events").selectAll().execute()).toEqual([]);
    expect((await auditQueries(db).listOfNote("note", { limit: 9, cursor: undefined })).items).toEqual([
      eventOf(AUGUST, 3_000),
    ]);
    await begin(AUGUST);
    expect(await names()).toEqual(["audit_events_2030_08", "audit_events_2030_09"]);
  });

  it("the audit log exports an event of a month that it has already dropped", async () => {
    const { add, begin, expire } = await open();
    const exported: AuditEvent[] = [];
    const archive = { append: async (events: readonly AuditEvent[]) => void exported.push(...events) };
    await begin(JUNE);
    await begin(JULY);
    await add(eventOf(JULY, 1));
    expect(await expire(Date.UTC(2030, 7, 2), archive)).toBe(1);
    await add(eventOf(JULY + 1, 2), eventOf(JUNE, 3));
    await expire(Date.UTC(2030, 7, 2), archive);
    expect(exported.map(({ detail }) => detail.nth).sort()).toEqual([1, 2, 3]);
  });

  it("the service drops a month of the audit log only after the export of the month", async () => {
    const { database, db, add, begin, expire, names } = await open();
    const now = Date.UTC(2030, 7, 2);
    await begin(JUNE);
    await begin(JULY);
    await add(eventOf(JULY, 1));
    const exported: AuditEvent[] = [];
    const archive = { append: async (events: readonly AuditEvent[]) => void exported.push(...events) };
    const other = await database.openAgain({ clock: () => now });
    onTestFinished(() => other.close());
    const whileRead = async (name: string, work: () => Promise<void>) =>
      other.transaction(async (tx) => {
        await sql`select 1 from ${sql.table(name)} limit 1`.execute(tx.kysely);
        await work();
      });
    await whileRead("audit_events", async () => {
      await expect(expire(now, archive)).rejects.toMatchObject({ code: "database_unavailable" });
      await add(eventOf(now, 2));
    });
    expect(await names()).toContain("audit_events_2030_07");
    await expect(expire(now, { append: () => Promise.reject(new Error("no space")) })).rejects.toThrow("no space");
    expect(await names()).toEqual(["audit_events_2030_08"]);
    await whileRead("audit_events_2030_07_old", async () => {
      await expect(expire(now, archive)).rejects.toMatchObject({ code: "database_unavailable" });
    });
    expect(await expire(now, archive)).toBe(0);
    expect(exported).toEqual([eventOf(JULY, 1)]);
    expect(await partitionQueries(db).listOld()).toEqual([]);
  });
});

describe("the files of exported audit events", () => {
  it("only the owner of an exported audit log file can read the file", async () => {
    const folder = await makeFolder();
    await createAuditArchive({ folder, clock: () => NOW }).append([eventOf(NOW, 1)]);
    const [name = ""] = await readdir(folder);
    expect(name).toMatch(/^2020-06-01-[0-9a-f]{8}\.jsonl$/);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });
});
