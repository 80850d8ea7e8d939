import { sql } from "kysely";
import { type AuditRow, defineQueries } from "../../platform/database/queries.ts";
import { type AuditEvent, auditColumns } from "./audit-event.ts";
import { toAuditEvent } from "./queries.ts";

/** The position of an event in the order of the primary key. */
export type Position = Pick<AuditEvent, "id" | "ownerId"> & { isRoutine: number };
/**
 * The table with the events of a month, after its detachment from the partitions. `isExported`: all its events are in files, and the
 * service must only drop the table.
 */
export type OldMonth = { name: string; isExported: boolean };

const EXPORTED = "exported";

// A lock of a partition waits for running queries, and all later queries wait for the lock. So the service stops waiting soon, and tries
// again in the next round.
const LOCK_TIMEOUT = "set local lock_timeout = '1s'";
const LOCK_ID = 4_716_203_958_114_028n;

/** The queries for the partitions of the audit log. Only PostgreSQL has partitions. */
export const partitionQueries = defineQueries("audit.partitions", ({ kysely: db }) => ({
  /** Lists the names of the partitions, oldest first, because the names contain the months. */
  async list(): Promise<string[]> {
    const { rows } = await sql<{ name: string }>`
      select relname as name from pg_inherits join pg_class on oid = inhrelid where inhparent = to_regclass('audit_events')
      order by relname collate "C"`.execute(db);
    return rows.map(({ name }) => name);
  },
  /** Locks the partitions until the transaction ends. Returns false if another transaction changes them, and the caller must then stop. */
  async lock(): Promise<boolean> {
    await sql.raw(LOCK_TIMEOUT).execute(db);
    const { rows } = await sql<{ ok: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(LOCK_ID)}) as ok`.execute(
      db,
    );
    return rows[0]?.ok === true;
  },
  /** Limits the last partition to ids before `from`, and adds a partition for all later ids. */
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
  /** Updates the statistics of the whole audit log, because PostgreSQL does this only for single partitions. */
  async analyze(): Promise<void> {
    await sql`analyze audit_events`.execute(db);
  },
  /** Deletes up to `limit` rows of `link_events` with event ids in a range. Returns true if there may be more rows. */
  async forgetLinks({ from, to, limit }: { from: string; to: string; limit: number }): Promise<boolean> {
    const { numAffectedRows = 0n } = await sql`
      delete from link_events where ctid in (
        select ctid from link_events where event_id >= ${from} and event_id < ${to} limit ${limit})`.execute(db);
    return numAffectedRows === BigInt(limit);
  },
  /**
   * Makes an old month a separate table, which gets no more events. The first partition then accepts the ids of this month, for example
   * from a replica whose clock is late.
   */
  async detach(month: { name: string; to: string }, { first }: { first: string }): Promise<void> {
    for (const name of [first, month.name])
      await sql`alter table audit_events detach partition ${sql.id(name)}`.execute(db);
    await sql`alter table ${sql.id(month.name)} rename to ${sql.id(`${month.name}_old`)}`.execute(db);
    const range = sql`from (minvalue) to (${sql.lit(month.to)})`;
    await sql`alter table audit_events attach partition ${sql.id(first)} for values ${range}`.execute(db);
  },
  async listOld(): Promise<OldMonth[]> {
    const { rows } = await sql<OldMonth>`
      select relname as name, coalesce(obj_description(oid, 'pg_class'), '') = ${EXPORTED} as "isExported"
      from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname ~ '^audit_events_.*_old$'
      order by relname collate "C"`.execute(db);
    return rows;
  },
  /** Lists the events of an old month after a position, in the order of the primary key. */
  async listAfter({ name, after, limit }: { name: string; after: Position; limit: number }) {
    const { rows } = await sql<AuditRow>`
      select ${sql.join(auditColumns.map((column) => sql.ref(column)))} from ${sql.id(name)}
      where (owner_id, is_routine, id) > (${after.ownerId}, ${after.isRoutine}, ${after.id})
      order by owner_id, is_routine, id limit ${limit}`.execute(db);
    return rows.map((row) => ({ event: toAuditEvent(row), isRoutine: row.is_routine }));
  },
  async markExported(name: string): Promise<void> {
    await sql`comment on table ${sql.id(name)} is ${sql.lit(EXPORTED)}`.execute(db);
  },
  async drop(name: string): Promise<void> {
    await sql`drop table if exists ${sql.id(name)}`.execute(db);
  },
}));
