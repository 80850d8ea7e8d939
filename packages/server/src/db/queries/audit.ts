import { type Kysely, type Selectable, sql } from "kysely";
import type { AuditEvent } from "../../domain/audit-event.ts";
import type { AuditQueries, Page, PageRequest } from "../../usecases/ports/index.ts";
import type { Engine } from "../engine.ts";
import type { Tables } from "../schema.ts";
import { decodeCursor, toPage } from "./cursor.ts";

/** The columns in the order of the URL log. */
export const auditColumns = [
  "id",
  "at",
  "action",
  "actor_id",
  "note_id",
  "owner_id",
  "attachment_ids",
  "detail",
] as const satisfies readonly (keyof Tables["audit_events"])[];

export type AuditRow = Selectable<Tables["audit_events"]>;

export function toAuditRow(event: AuditEvent): AuditRow {
  return {
    id: event.id,
    at: event.at,
    action: event.action,
    actor_id: event.actorId,
    note_id: event.noteId,
    owner_id: event.ownerId,
    attachment_ids: JSON.stringify(event.attachmentIds),
    detail: JSON.stringify(event.detail),
  };
}

/** The values of an event in the order of `auditColumns`. */
export type AuditValues = (string | number)[];

export function toAuditValues(event: AuditEvent): AuditValues {
  const row = toAuditRow(event);
  return auditColumns.map((column) => row[column]);
}

function toAuditEvent(row: AuditRow): AuditEvent {
  return {
    id: row.id,
    at: row.at,
    action: row.action,
    actorId: row.actor_id,
    noteId: row.note_id,
    ownerId: row.owner_id,
    attachmentIds: JSON.parse(row.attachment_ids),
    detail: JSON.parse(row.detail),
  };
}

/** Finds the newest unfiled events of a note or an owner that are older than the event `before`. */
export type FindUnfiledEvents = (query: {
  column: "note_id" | "owner_id";
  value: string;
  before: string | undefined;
  limit: number;
}) => AuditRow[];

type Sources = { unfiledEvents: FindUnfiledEvents | undefined };

export function auditQueries(
  db: Kysely<Tables>,
  { engine, unfiledEvents }: Sources & { engine: Engine },
): AuditQueries {
  return {
    async add(event) {
      await db.insertInto("audit_events").values(toAuditRow(event)).execute();
      const { linkId } = event.detail;
      if (typeof linkId !== "string") return;
      await db.insertInto("link_events").values({ link_id: linkId, event_id: event.id }).execute();
    },
    listOfNote: (noteId, page) => list(db, { unfiledEvents, column: "note_id", value: noteId, ...page }),
    listOfOwner: (ownerId, page) => list(db, { unfiledEvents, column: "owner_id", value: ownerId, ...page }),
    // These events are never unfiled, because they are written in a transaction.
    listOfLink: ({ linkId, ownerId }, page) =>
      list(db, { unfiledEvents: undefined, column: "owner_id", value: ownerId, linkId, ...page }),
    async nextOwner(after) {
      const query = db.selectFrom("audit_events").select("owner_id").where("owner_id", ">", after);
      return (await query.orderBy("owner_id").limit(1).executeTakeFirst())?.owner_id;
    },
    async listOldest(ownerId, { before, limit }) {
      const rows = await db
        .selectFrom("audit_events")
        .select(auditColumns)
        .where("owner_id", "=", ownerId)
        .where("id", "<", firstIdAt(before))
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(toAuditEvent);
    },
    async deleteOfOwner(ownerId, ids) {
      await db
        .deleteFrom("link_events")
        .where((eb) => engine.isIn(eb.ref("event_id"), engine.list(ids)))
        .execute();
      await db
        .deleteFrom("audit_events")
        .where("owner_id", "=", ownerId)
        .where((eb) => engine.isIn(eb.ref("id"), engine.list(ids)))
        .execute();
    },
  };
}

/** The lowest UUIDv7 of a millisecond. The ids of events begin with their time. */
function firstIdAt(milliseconds: number): string {
  const hex = milliseconds.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

type Listing = PageRequest & Sources & { column: "note_id" | "owner_id"; value: string; linkId?: string };

async function list(
  db: Kysely<Tables>,
  { unfiledEvents, column, value, linkId, limit, cursor }: Listing,
): Promise<Page<AuditEvent>> {
  const before = decodeCursor(cursor);
  // Unfiled events are read first: an event that is filed in between is then in both results, and never in none.
  const unfiled = unfiledEvents?.({ column, value, before, limit: limit + 1 }) ?? [];
  const newestFirst = db
    .selectFrom("audit_events")
    .where(column, "=", value)
    .$if(before !== undefined, (query) => query.where("id", "<", before as string))
    .$if(linkId !== undefined, (query) =>
      query.where("id", "in", idsOfLink(db, { linkId: linkId as string, before, limit })),
    )
    .orderBy("id", "desc");
  const ids = sql<number>`octet_length(attachment_ids)`.as("bytes");
  const sizes = await newestFirst.select(ids).limit(limit).execute();
  const fitting = countFitting(
    sizes.map(({ bytes }) => bytes),
    limit,
  );
  const filed = await newestFirst
    .select(auditColumns)
    .limit(fitting + 1)
    .execute();
  return toPage(mergeNewestFirst(unfiled, filed).map(toAuditEvent), fitting);
}

function idsOfLink(
  db: Kysely<Tables>,
  { linkId, before, limit }: { linkId: string; before: string | undefined; limit: number },
) {
  return db
    .selectFrom("link_events")
    .select("event_id")
    .where("link_id", "=", linkId)
    .$if(before !== undefined, (query) => query.where("event_id", "<", before as string))
    .orderBy("event_id", "desc")
    .limit(limit + 1);
}

/** An event of a batch has up to 1,000 ids, and a page up to 200 events. More would be read in vain (http/fit-page.ts). Bytes. */
const MAX_PAGE_BYTES = 2 ** 20;

/** The number of events whose ids fit a page. At least one. */
function countFitting(sizes: number[], limit: number): number {
  let bytes = 0;
  const tooLarge = sizes.findIndex((size) => {
    bytes += size;
    return bytes > MAX_PAGE_BYTES;
  });
  return tooLarge === -1 ? limit : Math.max(1, tooLarge);
}

function mergeNewestFirst(unfiled: AuditRow[], filed: AuditRow[]): AuditRow[] {
  if (unfiled.length === 0) return filed;
  const byId = new Map([...unfiled, ...filed].map((row) => [row.id, row]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
