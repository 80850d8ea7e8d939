import { randomBytes } from "node:crypto";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { firstIdAt } from "../../platform/crypto/ids.ts";
import type { Database, Tx } from "../../platform/database/queries.ts";
import type { Deps } from "../../platform/deps.ts";
import { syncFolder } from "../../platform/files.ts";
import type { AuditEvent } from "./audit-event.ts";
import { type OldMonth, type Position, partitionQueries } from "./partition-queries.ts";
import { auditQueries } from "./queries.ts";

export type AuditArchive = {
  /** Resolves when the events are on the disk. The caller may append an event twice. */
  append(events: readonly AuditEvent[]): Promise<void>;
};

const DAY_MS = 86_400_000;

const BATCH = 500;

const START: Position = { ownerId: "", isRoutine: 0, id: "" };

type Expiring = Pick<Deps, "db"> & { before: string; archive: AuditArchive };

/**
 * Exports the audit events that are older than the retention period, and then deletes them. Returns the number of deleted events. No event
 * is deleted before its export. An event is exported twice if the process is killed between the two steps, or if two replicas run the job
 * at the same time.
 */
export function expireAuditEvents({ db, clock, auditRetention }: Pick<Deps, "db" | "clock" | "auditRetention">) {
  return async (): Promise<number> => {
    if (auditRetention === undefined) return 0;
    const { days, archive } = auditRetention;
    const before = firstIdAt(clock() - days * DAY_MS);
    if (db.engine.name === "sqlite") return deleteOldest({ db, before, archive });
    const [first, ...months] = await listPartitions(db);
    let expired = first === undefined ? 0 : await deleteOldest({ db, archive, before: least(before, first.to) });
    for (const { to, ...month } of months) {
      if (first !== undefined && to !== undefined && to <= before) await detach(db, { ...month, to }, first.name);
    }
    for (const month of await partitionQueries(db).listOld()) expired += await exportMonth({ db, archive }, month);
    return expired;
  };
}

const least = (one: string, other: string | undefined) => (other === undefined || one < other ? one : other);

/**
 * Exports and deletes the events before an id, in small batches. The function reads the events owner by owner, like the index. An
 * additional index by time would make each insert of an event slower.
 */
async function deleteOldest({ db, before, archive }: Expiring): Promise<number> {
  let expired = 0;
  for (
    let owner = await auditQueries(db).nextOwner("", { before });
    owner !== undefined;
    owner = await auditQueries(db).nextOwner(owner, { before })
  ) {
    for (;;) {
      const events = await auditQueries(db).listOldest(owner, { before, limit: BATCH });
      if (events.length === 0) break;
      await archive.append(events);
      await auditQueries(db).deleteOfOwner(
        owner,
        events.map(({ id }) => id),
      );
      expired += events.length;
    }
  }
  return expired;
}

/**
 * A partition of PostgreSQL, with the ids from `from` until before `to`. The first partition has no `from`: it has all older events. The
 * last partition has no `to`, so the log can store each event even if no replica has added a partition for months.
 */
type Partition = { name: string; from: string | undefined; to: string | undefined };

async function listPartitions(db: Tx): Promise<Partition[]> {
  const names = await partitionQueries(db).list();
  const starts = names.map(startOf);
  return names.map((name, nth) => ({ name, from: starts[nth], to: starts[nth + 1] }));
}

const nameOf = (month: number) => `audit_events_${new Date(month).toISOString().slice(0, 7).replace("-", "_")}`;

/** Returns the first event id of the month in a partition's name. */
function startOf(name: string): string | undefined {
  const [, year, month] = /_(\d{4})_(\d\d)$/.exec(name) ?? [];
  return year === undefined ? undefined : firstIdAt(Date.UTC(Number(year), Number(month) - 1));
}

/**
 * Adds a partition for the next month as soon as the month of the last partition has begun. The last partition then has few rows, so
 * PostgreSQL can check its new limit quickly. Does nothing on SQLite.
 */
export function addAuditPartition({ db, clock }: Pick<Deps, "db" | "clock">) {
  return async (): Promise<void> => {
    if (db.engine.name === "sqlite") return;
    const now = new Date(clock());
    const hasBegun = ({ from = "" }: Partition) => from <= firstIdAt(now.getTime());
    if (!(await listPartitions(db)).every(hasBegun)) return;
    await db.transaction(async (tx) => {
      if (!(await partitionQueries(tx).lock())) return;
      const partitions = await listPartitions(tx);
      const last = partitions.at(-1);
      if (last === undefined || !partitions.every(hasBegun)) return;
      const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
      await partitionQueries(tx).add(last, { name: nameOf(next), from: firstIdAt(next) });
    });
    // PostgreSQL finishes this statement even if the service no longer waits for it.
    await partitionQueries(db)
      .analyze()
      .catch(() => undefined);
  };
}

/** Separates a month from the audit log. The first partition stores late events of this month. */
async function detach(db: Database, { name, from = "", to }: Partition & { to: string }, first: string): Promise<void> {
  while (await partitionQueries(db).forgetLinks({ from, to, limit: LINKS_AT_ONCE }));
  await db.transaction(async (tx) => {
    if (!(await partitionQueries(tx).lock())) return;
    const [, oldest] = await partitionQueries(tx).list();
    if (oldest === name) await partitionQueries(tx).detach({ name, to }, { first });
  });
}

const LINKS_AT_ONCE = 5_000;

/** Exports the events of an old month, and drops its table. Returns the number of exported events. */
async function exportMonth({ db, archive }: Omit<Expiring, "before">, { name, isExported }: OldMonth): Promise<number> {
  const queries = partitionQueries(db);
  let exported = 0;
  try {
    for (let after: Position | undefined = START; after !== undefined && !isExported; ) {
      const events = await queries.listAfter({ name, after, limit: BATCH });
      if (events.length > 0) await archive.append(events.map(({ event }) => event));
      exported += events.length;
      const last = events.at(-1);
      after = last && { ...last.event, isRoutine: last.isRoutine };
    }
    if (!isExported) await queries.markExported(name);
    await db.transaction(async (tx) => {
      if (await partitionQueries(tx).lock()) await partitionQueries(tx).drop(name);
    });
  } catch (error) {
    // Another replica may have exported and dropped the month at the same time.
    if ((await queries.listOld()).some((month) => month.name === name)) throw error;
  }
  return exported;
}

/**
 * Appends audit events durably to files in `folder`, one JSON object on each line. Each process has a separate file for each day. After a
 * crash, the last line of a file may be incomplete. The service then exports the event of this line again, to another file.
 */
export function createAuditArchive({ folder, clock }: { folder: string; clock: () => number }): AuditArchive {
  const newSuffix = () => randomBytes(4).toString("hex");
  let suffix = newSuffix();
  return {
    async append(events) {
      const day = new Date(clock()).toISOString().slice(0, 10);
      const lines = events.map((event) => `${JSON.stringify({ ...event, at: new Date(event.at).toISOString() })}\n`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        const file = await open(join(folder, `${day}-${suffix}.jsonl`), "a", 0o600);
        try {
          await file.writeFile(lines.join(""));
          await file.sync();
        } finally {
          await file.close();
        }
        await syncFolder(folder);
      } catch (error) {
        // The file may now end with an incomplete line, so the next export starts a new file.
        suffix = newSuffix();
        throw error;
      }
    },
  };
}
