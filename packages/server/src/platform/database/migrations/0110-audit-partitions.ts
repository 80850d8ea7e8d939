import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import { firstIdAt } from "../../crypto/ids.ts";
import type { EngineName } from "../engine.ts";

/**
 * The first partition takes the old table and its indexes, and ends with the current month. The indexes get the names that PostgreSQL
 * itself would choose for the indexes of a partition.
 */
function statements(now: Date): string[] {
  const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1));
  const month = next.toISOString().slice(0, 7).replace("-", "_");
  const end = `'${firstIdAt(next.getTime())}'`;
  return [
    "alter table audit_events rename to audit_events_0",
    "alter index audit_events_pk rename to audit_events_0_pkey",
    "alter index audit_events_note rename to audit_events_0_note_id_is_routine_id_idx",
    "alter index audit_events_id rename to audit_events_0_id_idx",
    "create table audit_events (like audit_events_0 including defaults) partition by range (id)",
    "alter table audit_events add constraint audit_events_pk primary key (owner_id, is_routine, id)",
    "create index audit_events_note on audit_events (note_id, is_routine, id)",
    "create index audit_events_id on audit_events using brin (id) with (pages_per_range = 16, autosummarize = on)",
    `alter table audit_events attach partition audit_events_0 for values from (minvalue) to (${end})`,
    `create table audit_events_${month} partition of audit_events for values from (${end}) to (maxvalue)`,
    "analyze audit_events",
  ];
}

/**
 * On PostgreSQL, divides the audit events into partitions by their ids, which begin with the time. The service makes the next partitions
 * (features/audit/retention.ts).
 */
export function auditPartitions(engine: EngineName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      if (engine === "sqlite") return;
      for (const statement of statements(new Date())) await sql.raw(statement).execute(db);
    },
  };
}
