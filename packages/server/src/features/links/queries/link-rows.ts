import { type ExpressionBuilder, type Kysely, type Selectable, sql } from "kysely";
import type { Tables } from "../../../platform/database/schema.ts";
import type { Role } from "../../../platform/database/unions.ts";
import { notInTrash, roleOnNote } from "../../access/sql.ts";
import type { FileRequest, Link, LinkWithCreator } from "../link.ts";

/** Builds the expression for the current role of the creator of a link on the note. Null: the creator has no role. */
export function creatorRole(
  eb: ExpressionBuilder<Tables, "notes" | "links">,
  { db, now }: { db: Kysely<Tables>; now: number },
) {
  const ofCreator = { db, userId: eb.ref("links.created_by"), now: sql<number>`${now}` };
  return roleOnNote(eb as unknown as ExpressionBuilder<Tables, "notes">, ofCreator);
}

// Frequent statements list their columns, so that they can have names on PostgreSQL (postgres/pool.ts).
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
  "links.request",
  "links.created_at",
  "links.revoked_at",
] as const;

/** Selects links with the current role of their creators, and the ids of their files. */
export function linksWithCreator(db: Kysely<Tables>, now: number) {
  return db
    .selectFrom("links")
    .innerJoin("notes", "notes.id", "links.note_id")
    .where(notInTrash.notes)
    .leftJoin("people", "people.id", "links.created_by")
    .select(linkColumns)
    .select("people.name as creator_name")
    .select((eb) => creatorRole(eb as never, { db, now }).as("creator_role"))
    .select((eb) =>
      eb
        .selectFrom("link_files")
        // An id contains no comma, so a comma can separate the ids. Both engines have `string_agg`.
        .select(sql<string | null>`string_agg(link_files.attachment_id, ',')`.as("ids"))
        .whereRef("link_files.link_id", "=", "links.id")
        .as("attachment_ids"),
    )
    .select((eb) =>
      eb
        .selectFrom("link_recipients")
        // An email address contains no line break, so a line break can separate the email addresses.
        .select(sql<string | null>`string_agg(link_recipients.email, ${"\n"})`.as("emails"))
        .whereRef("link_recipients.link_id", "=", "links.id")
        .as("recipients"),
    );
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
    recipients: row.recipients?.split("\n").sort() ?? [],
    request: row.request === null ? undefined : (JSON.parse(row.request) as FileRequest),
    createdAt: row.created_at,
    revokedAt: row.revoked_at ?? undefined,
  };
}

export function toRow(link: Link) {
  return {
    id: link.id,
    kind: link.kind,
    note_id: link.noteId,
    owner_id: link.ownerId,
    created_by: link.createdBy,
    ...toEditable(link),
    claims: link.claims,
    opened: link.opened,
    urls_issued: 0,
    last_url_expires_at: null,
    created_at: link.createdAt,
    revoked_at: link.revokedAt ?? null,
  };
}

export function toEditable(link: Link) {
  return {
    generation: link.generation,
    label: link.label,
    message: link.message,
    whole_note: link.attachmentIds === undefined ? (1 as const) : (0 as const),
    expires_at: link.expiresAt ?? null,
    password_hash: link.passwordHash ?? null,
    password_version: link.passwordVersion,
    max_claims: link.maxClaims ?? null,
    url_ttl_seconds: link.urlTtlSeconds,
    notify: link.notify,
    request: link.request === undefined ? null : JSON.stringify(link.request),
  };
}
