import type { FileRequest } from "@valetkey/contract";
import { type ExpressionBuilder, type Kysely, type Selectable, sql } from "kysely";
import type { Engine } from "../../../platform/database/engine.ts";
import { decodeCursor, type Page, type PageRequest, toPage } from "../../../platform/database/pages.ts";
import { toColumns } from "../../../platform/database/rows.ts";
import type { Tables } from "../../../platform/database/schema.ts";
import type { Role } from "../../../platform/database/unions.ts";
import { notInTrash, roleOnNote } from "../../access/sql.ts";
import { ENDED } from "../../usage/usage.ts";
import type { Link, LinkDetails, LinkWithCreator } from "../link.ts";
import { receiverCounts, toReceiverCounts } from "./receivers.ts";

type Scope = { db: Kysely<Tables>; engine: Engine };

/** Builds the expression for the current role of the link's creator on the note. Null: the creator has no role any more. */
export function creatorRole(eb: ExpressionBuilder<Tables, "notes" | "links">, { now, ...of }: Scope & { now: number }) {
  const ofCreator = { ...of, userId: eb.ref("links.created_by"), now: sql<number>`${now}` };
  return roleOnNote(eb as unknown as ExpressionBuilder<Tables, "notes">, ofCreator);
}

// Frequent statements list their columns, because PostgreSQL can then prepare them by name (postgres/pool.ts).
const linkColumns = [
  "links.id",
  "links.generation",
  "links.kind",
  "links.note_id",
  "links.owner_id",
  "links.created_by",
  "links.label",
  "links.message",
  "links.whole_note",
  "links.expires_at",
  "links.password_hash",
  "links.password_version",
  "links.max_claims",
  "links.claims",
  "links.opened",
  "links.urls_issued",
  "links.last_url_expires_at",
  "links.url_ttl_seconds",
  "links.notify",
  "links.show_previews",
  "links.request",
  "links.created_at",
  "links.revoked_at",
] as const;

/** Selects links with the current role of their creators, and the ids of their files. */
export function linksWithCreator({ db, engine }: Scope, now: number) {
  return db
    .selectFrom("links")
    .innerJoin("notes", "notes.id", "links.note_id")
    .where(notInTrash.notes)
    .leftJoin("people", "people.id", "links.created_by")
    .select(linkColumns)
    .select("people.name as creator_name")
    .select((eb) => creatorRole(eb as never, { db, engine, now }).as("creator_role"))
    .select((eb) =>
      eb
        .selectFrom("link_files")
        // An id contains no comma, so a comma can separate the ids.
        .select(sql<string | null>`string_agg(link_files.attachment_id, ',')`.as("ids"))
        .whereRef("link_files.link_id", "=", "links.id")
        .as("attachment_ids"),
    )
    .select(engine.hasServiceTables ? recipients(db).as("recipients") : sql<string | null>`null`.as("recipients"));
}

function recipients(db: Kysely<Tables>) {
  // An email address contains no line break, so a line break can separate the email addresses.
  const emails = sql<string | null>`string_agg(link_recipients.email, ${"\n"})`.as("emails");
  return db.selectFrom("link_recipients").select(emails).whereRef("link_recipients.link_id", "=", sql.ref("links.id"));
}

type Row = Omit<Selectable<Tables["links"]>, "idempotency_key"> & {
  creator_name: string | null;
  creator_role: string | null;
  attachment_ids: string | null;
  recipients: string | null;
};

export function toLinkWithCreator(row: Row): LinkWithCreator {
  return {
    link: toLink(row),
    creatorRole: (row.creator_role as Role | null) ?? undefined,
    creatorName: row.creator_name ?? undefined,
  };
}

function toLink(row: Row): Link {
  return {
    id: row.id,
    generation: row.generation,
    kind: row.kind,
    noteId: row.note_id,
    ownerId: row.owner_id,
    createdBy: row.created_by,
    label: row.label,
    message: row.message,
    attachmentIds: row.whole_note === 1 ? undefined : (row.attachment_ids?.split(",") ?? []),
    expiresAt: row.expires_at ?? undefined,
    passwordHash: row.password_hash ?? undefined,
    passwordVersion: row.password_version,
    maxClaims: row.max_claims ?? undefined,
    claims: row.claims,
    opened: row.opened,
    urlTtlSeconds: row.url_ttl_seconds,
    notify: row.notify,
    showPreviews: row.show_previews === 1,
    recipients: row.recipients?.split("\n").sort() ?? [],
    request: row.request === null ? undefined : (JSON.parse(row.request) as FileRequest),
    createdAt: row.created_at,
    revokedAt: row.revoked_at ?? undefined,
  };
}

export function toRow(link: Link) {
  return {
    ...toColumns(link, ["id", "kind", "noteId", "ownerId", "createdBy", "claims", "opened", "createdAt", "revokedAt"]),
    ...toEditable(link),
    urls_issued: 0,
    last_url_expires_at: null,
  };
}

export function toEditable(link: Link) {
  return {
    ...toColumns(link, ["generation", "label", "message", "expiresAt", "passwordHash", "passwordVersion"]),
    ...toColumns(link, ["maxClaims", "urlTtlSeconds", "notify"]),
    whole_note: link.attachmentIds === undefined ? (1 as const) : (0 as const),
    show_previews: link.showPreviews ? (1 as const) : (0 as const),
    request: link.request === undefined ? null : JSON.stringify(link.request),
  };
}

/** Selects links with the details that people with an account see, but visitors do not see. */
export function linkDetails(scope: Scope, now: number) {
  const { db } = scope;
  const sent = db
    .selectFrom("visitor_files")
    .innerJoin("attachments", "attachments.id", "visitor_files.attachment_id")
    .whereRef("visitor_files.link_id", "=", sql.ref("links.id"))
    .where("attachments.state", "not in", ENDED)
    // A received file may have moved to another note.
    .where(notInTrash.attachments);
  const received = sent.where("visitor_files.received_at", "is not", null);
  const ready = db
    .selectFrom("link_files")
    .innerJoin("attachments", "attachments.id", "link_files.attachment_id")
    .whereRef("link_files.link_id", "=", sql.ref("links.id"))
    .where("attachments.state", "=", "ready")
    .where(notInTrash.attachmentsOfNote);
  return linksWithCreator(scope, now).select([
    "notes.title as note_title",
    ready.select(count).as("ready_files"),
    sent.select(count).as("taken_files"),
    received.select(count).as("received_files"),
    received.select(sum("attachments.size_bytes")).as("received_bytes"),
    // The id of a slot contains no comma.
    sent.select(sql<string | null>`string_agg(visitor_files.slot_id, ',')`.as("ids")).as("filled_slots"),
    ...receiverCounts(scope),
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
    filledSlots: [...new Set(row.filled_slots?.split(","))],
    sentTo: toReceiverCounts(row),
    urlsIssued: row.urls_issued,
    lastUrlExpiresAt: row.last_url_expires_at ?? undefined,
  };
}
