import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { engines, type TestDatabase } from "../../testing/database/test-databases.ts";
import type { AuditEvent } from "./audit-event.ts";
import { auditQueries } from "./queries.ts";
import { type AuditArchive, createAuditArchive, expireAuditEvents } from "./retention.ts";

const NOW = Date.UTC(2030, 5, 1);
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

describe.each(engines)("the retention of the audit log, on $name", (engine) => {
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

  it("the retention job exports and deletes the events that are older than the retention", async () => {
    const old = [eventOf(NOW - 31 * DAY, 1), eventOf(NOW - 40 * DAY, 2), eventOf(NOW - 31 * DAY, 3, "bob")];
    const young = [eventOf(NOW - 29 * DAY, 4), eventOf(NOW, 5, "bob")];
    const database = await openWith([...old, ...young]);
    const folder = await makeFolder();
    expect(await expire(database, createAuditArchive({ folder, clock: () => NOW }))).toBe(3);
    const exported = await exportedIn(folder);
    expect(exported.map(({ id }) => id).sort()).toEqual(old.map(({ id }) => id).sort());
    expect(exported[0]).toMatchObject({ action: "note.created", at: "2030-04-22T00:00:00.000Z", detail: { nth: 2 } });
    expect(await idsOf(database, "ann")).toEqual([young[0]?.id]);
    expect(await idsOf(database, "bob")).toEqual([young[1]?.id]);
  });

  it("the retention job deletes more events than one batch contains", async () => {
    const database = await openWith(Array.from({ length: 1_001 }, (_, nth) => eventOf(NOW - 31 * DAY, nth)));
    const folder = await makeFolder();
    expect(await expire(database, createAuditArchive({ folder, clock: () => NOW }))).toBe(1_001);
    expect(await exportedIn(folder)).toHaveLength(1_001);
    expect(await idsOf(database, "ann")).toEqual([]);
  });

  it("the retention job keeps the events whose export failed", async () => {
    const events = [eventOf(NOW - 31 * DAY, 1)];
    const database = await openWith(events);
    const archive = { append: () => Promise.reject(new Error("no space")) };
    await expect(expire(database, archive)).rejects.toThrow("no space");
    expect(await idsOf(database, "ann")).toEqual(events.map(({ id }) => id));
  });

  it("two simultaneous retention jobs export every event", async () => {
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

describe("the files of exported audit events", () => {
  it("the files of exported audit events are readable only for their owner", async () => {
    const folder = await makeFolder();
    await createAuditArchive({ folder, clock: () => NOW }).append([eventOf(NOW, 1)]);
    const [name = ""] = await readdir(folder);
    expect(name).toMatch(/^2030-06-01-[0-9a-f]{8}\.jsonl$/);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });
});
