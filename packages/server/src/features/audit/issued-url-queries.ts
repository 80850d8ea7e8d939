import { type Kysely, sql } from "kysely";
import { defineQueries, type IssuedUrlRow, type UrlJournal } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import { SERVICE_OWNER } from "../outbox/webhook.ts";
import type { AuditEvent } from "./audit-event.ts";

export type IssuedUrl = Pick<AuditEvent, "id" | "at" | "actorId" | "noteId" | "attachmentIds" | "detail">;

/** The queries for the jobs that report the issued URLs in the audit log to webhooks and hooks. */
export const issuedUrlQueries = defineQueries("database.webhooks", ({ kysely: db, journal }) => ({
  /** Lists the webhooks that get summaries of issued URLs. `reportedUntil`: the id up to which summaries have reported events. */
  async listUrlReports(): Promise<{ endpointId: string; ownerId: string; reportedUntil: string }[]> {
    const rows = await db
      .selectFrom("webhook_endpoints")
      .select(["id as endpointId", "owner_id as ownerId", "urls_reported_until as reportedUntil"])
      .where("urls_reported_until", "is not", null)
      .where("disabled_at", "is", null)
      .execute();
    return rows.map(({ reportedUntil, ...row }) => ({ ...row, reportedUntil: reportedUntil as string }));
  },

  /** Moves `reportedUntil` of a webhook forward. Returns false if another replica has already moved it. */
  async advanceUrlReport(
    { endpointId, reportedUntil: before }: { endpointId: string; reportedUntil: string },
    { reportedUntil }: { reportedUntil: string },
  ) {
    const { numUpdatedRows } = await db
      .updateTable("webhook_endpoints")
      .set({ urls_reported_until: reportedUntil })
      .where("id", "=", endpointId)
      .where("urls_reported_until", "=", before)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  },

  /** Lists the audit events `url.issued` between two ids, oldest first. */
  async listIssuedUrls(range: { ownerId: string; after: string; before: string; limit: number }): Promise<IssuedUrl[]> {
    const ownerId = range.ownerId === SERVICE_OWNER ? null : range.ownerId;
    // The function reads the journal first. An event that moves to the table between the two reads is then in both results. Otherwise, it
    // could be in neither result.
    const fromJournal = journal?.findUrls({ ...range, ownerId }) ?? [];
    const fromTable = await urlsFromTable(db, { ...range, ownerId });
    const byId = new Map([...fromJournal, ...fromTable].map((row) => [row.id, row]));
    const inOrder = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, range.limit);
    return inOrder.map((row) => ({
      id: row.id,
      at: row.at,
      actorId: row.actor_id,
      noteId: row.note_id,
      attachmentIds: JSON.parse(row.attachment_ids),
      detail: JSON.parse(row.detail),
    }));
  },
}));

/** Finds the events in the database table. The action is a literal, because the index for all owners has the same literal. */
async function urlsFromTable(
  db: Kysely<Tables>,
  { ownerId, after, before, limit }: Parameters<UrlJournal["findUrls"]>[0],
): Promise<IssuedUrlRow[]> {
  const ofOwner = ownerId === null ? sql`true` : sql`owner_id = ${ownerId} and is_routine in (0, 1)`;
  const { rows } = await sql<IssuedUrlRow>`
    select id, at, actor_id, note_id, attachment_ids, detail from audit_events
    where ${ofOwner} and id > ${after} and id < ${before} and action = 'url.issued'
    order by id limit ${limit}`.execute(db);
  return rows;
}
