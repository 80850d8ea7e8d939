import { type Kysely, sql } from "kysely";
import type { Page, PageRequest } from "../../../platform/database/pages.ts";
import { decodeCursor, toPage } from "../../../platform/database/pages.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import { notInTrash } from "../../access/sql.ts";
import { ENDED } from "../../usage/usage.ts";
import type { LinkDetails } from "../link.ts";
import { linksWithCreator, toLinkWithCreator } from "./link-rows.ts";

/** Selects links with the details that only people with an account see. Visitors do not see these details. */
export function linkDetails(db: Kysely<Tables>, now: number) {
  const sent = db
    .selectFrom("visitor_files")
    .innerJoin("attachments", "attachments.id", "visitor_files.attachment_id")
    .whereRef("visitor_files.link_id", "=", sql.ref("links.id"))
    .where("attachments.state", "not in", ENDED)
    .where(notInTrash.attachmentsOfNote);
  const received = sent.where("visitor_files.received_at", "is not", null);
  const ready = db
    .selectFrom("link_files")
    .innerJoin("attachments", "attachments.id", "link_files.attachment_id")
    .whereRef("link_files.link_id", "=", sql.ref("links.id"))
    .where("attachments.state", "=", "ready")
    .where(notInTrash.attachmentsOfNote);
  return linksWithCreator(db, now).select([
    "notes.title as note_title",
    ready.select(count).as("ready_files"),
    sent.select(count).as("taken_files"),
    received.select(count).as("received_files"),
    received.select(sum("attachments.size_bytes")).as("received_bytes"),
  ]);
}

const count = sql<number>`count(*)`.as("count");

// The query casts the sum, because PostgreSQL returns a sum of bigints as `numeric`.
function sum(column: string) {
  return sql<number>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`.as("sum");
}

type DetailsQuery = ReturnType<typeof linkDetails>;
type DetailsRow = Awaited<ReturnType<DetailsQuery["execute"]>>[number];

/** Limits a list to one page and one extra link. The extra link shows whether there is another page. */
export function newestFirst(links: DetailsQuery, { limit, cursor }: PageRequest): DetailsQuery {
  const before = decodeCursor(cursor);
  return links
    .$if(before !== undefined, (query) => query.where("links.id", "<", before as string))
    .orderBy("links.id", "desc")
    .limit(limit + 1);
}

export function toPageOfDetails(rows: DetailsRow[], { limit }: PageRequest): Page<LinkDetails> {
  const { items, nextCursor } = toPage(rows, limit);
  return { items: items.map(toDetails), nextCursor };
}

export function toDetails(row: DetailsRow): LinkDetails {
  return {
    ...toLinkWithCreator(row),
    noteTitle: row.note_title,
    readyFiles: row.ready_files ?? 0,
    takenFiles: row.taken_files ?? 0,
    received: { files: row.received_files ?? 0, bytes: row.received_bytes ?? 0 },
    urlsIssued: row.urls_issued,
    lastUrlExpiresAt: row.last_url_expires_at ?? undefined,
  };
}
