import { sql } from "kysely";
import { defineQueries } from "../../platform/database/queries.ts";
import { type AuditEvent, auditColumns } from "./audit-event.ts";
import { toAuditEvent } from "./queries.ts";

/** A partition of the audit events. `isExported`: all its events are in files, and it waits only for its removal. */
export type PartitionRow = { name: string; isExported: boolean };
type Position = Pick<AuditEvent, "id" | "ownerId"> & { isRoutine: number };
type Range = { from: string; to: string };

const EXPORTED = "exported";

// A lock of a partition waits for running queries, and all later queries wait for the lock. So the service gives up soon, and tries again
// in the next round.
const LOCK_TIMEOUT = "set local lock_timeout = '1s'";
const LOCK_ID = 4_716_203_958_114_028n;

/** The queries for the partitions of the audit events. Only PostgreSQL has partitions. */
export const partitionQueries = defineQueries("audit.partitions", ({ kysely: db }) => ({
  /** Lists the partitions, the oldest first. The names are in the order of time. */
  async list(): Promise<PartitionRow[]> {
    const { rows } = await sql<PartitionRow>`
      select relname as name, coalesce(obj_description(oid, 'pg_class'), '') = ${EXPORTED} as "isExported"
      from pg_inherits join pg_class on oid = inhrelid where inhparent = to_regclass('audit_events')
      order by relname collate "C"`.execute(db);
    return rows;
  },
  /** Returns whether the transaction is the only one that changes partitions. The caller gives up otherwise. */
  async lock(): Promise<boolean> {
    await sql.raw(LOCK_TIMEOUT).execute(db);
    const { rows } = await sql<{ ok: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(LOCK_ID)}) as ok`.execute(
      db,
    );
    return rows[0]?.ok === true;
  },
  /** Ends the last partition before the id `to`, and adds a partition for all later ids. */
  async add(last: { name: string; from: string | undefined }, { name, from }: { name: string; from: string }) {
    const start = last.from === undefined ? sql.raw("minvalue") : sql.lit(last.from);
    const [old, added] = [sql.id(last.name), sql.id(name)];
    await sql`alter table audit_events detach partition ${old}`.execute(db);
    await sql`alter table audit_events attach partition ${old} for values from (${start}) to (${sql.lit(from)})`.execute(
      db,
    );
    await sql`create table ${added} partition of audit_events for values from (${sql.lit(from)}) to (maxvalue)`.execute(
      db,
    );
  },
  /** Updates the statistics of the whole audit log. PostgreSQL itself does this only for single partitions. */
  async analyze(): Promise<void> {
    await sql`analyze audit_events`.execute(db);
  },
  /** Lists the events of a range in the order of their primary key, after a position. */
  async listAfter(after: Position, { from, to, limit }: Range & { limit: number }) {
    const rows = await db
      .selectFrom("audit_events")
      .select(auditColumns)
      .where("id", ">=", from)
      .where("id", "<", to)
      .where(sql<boolean>`(owner_id, is_routine, id) > (${after.ownerId}, ${after.isRoutine}, ${after.id})`)
      .orderBy("owner_id")
      .orderBy("is_routine")
      .orderBy("id")
      .limit(limit)
      .execute();
    return rows.map((row) => ({ event: toAuditEvent(row), isRoutine: row.is_routine }));
  },
  async markExported(name: string): Promise<void> {
    await sql`comment on table ${sql.id(name)} is ${sql.lit(EXPORTED)}`.execute(db);
  },
  async drop(name: string, { from, to }: Range): Promise<void> {
    await db.deleteFrom("link_events").where("event_id", ">=", from).where("event_id", "<", to).execute();
    await sql`drop table ${sql.id(name)}`.execute(db);
  },
}));
