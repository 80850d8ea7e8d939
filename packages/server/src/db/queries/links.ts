import { type ExpressionBuilder, type Kysely, type Selectable, sql } from "kysely";
import type { Role } from "../../domain/access.ts";
import type { FileRequest, Link } from "../../domain/link.ts";
import { ENDED } from "../../domain/usage.ts";
import type {
  Clock,
  LinkDetails,
  LinkQueries,
  LinkWithCreator,
  Page,
  PageRequest,
} from "../../usecases/ports/index.ts";
import type { Tables } from "../schema.ts";
import { roleOnNote } from "./access.ts";
import { orMissing } from "./constraints.ts";
import { decodeCursor, toPage } from "./cursor.ts";
import { isLive } from "./live-share.ts";

export function linkQueries(db: Kysely<Tables>, { clock }: { clock: Clock }): LinkQueries {
  return {
    async insert(link) {
      await orMissing(db.insertInto("links").values(toRow(link)).execute(), {
        code: "note_not_found",
        message: "Note not found",
      });
      await insertFiles(db, link);
    },

    async find(linkId) {
      const row = await linksWithCreator(db, clock()).where("links.id", "=", linkId).executeTakeFirst();
      return row && toLinkWithCreator(row);
    },

    async findDetails(linkId) {
      const row = await linkDetails(db, clock()).where("links.id", "=", linkId).executeTakeFirst();
      return row && toDetails(row);
    },

    async listOfNote(noteId, page) {
      const rows = await newestFirst(linkDetails(db, clock()).where("links.note_id", "=", noteId), page).execute();
      return toPageOfDetails(rows, page);
    },

    async listOfAttachment(attachmentId, page) {
      const naming = db.selectFrom("link_files").select("link_id").where("attachment_id", "=", attachmentId);
      const rows = await newestFirst(linkDetails(db, clock()).where("links.id", "in", naming), page).execute();
      return toPageOfDetails(rows, page);
    },

    async listOfPerson(userId, { kind, ...page }) {
      const links = linkDetails(db, clock()).$if(kind !== undefined, (q) => q.where("links.kind", "=", kind as never));
      const owned = await newestFirst(links.where("links.owner_id", "=", userId), page).execute();
      // Two queries, because each reads one index in order. A single one would sort all links of the person.
      const others = links.where("links.created_by", "=", userId).where("links.owner_id", "!=", userId);
      const mayEdit = others.where((eb) => eb(creatorRole(eb as never, { db, now: clock() }), "in", EDITING));
      const made = await newestFirst(mayEdit, page).execute();
      const rows = [...owned, ...made].sort((a, b) => (a.id < b.id ? 1 : -1));
      return toPageOfDetails(rows, page);
    },

    async countLive(noteId) {
      const { count } = await db
        .selectFrom("links")
        .select(sql<number>`count(*)`.as("count"))
        .where("note_id", "=", noteId)
        .where("revoked_at", "is", null)
        .where((eb) => isLive(eb.ref("expires_at"), sql.val(clock())))
        .executeTakeFirstOrThrow();
      return count;
    },

    async replace(link) {
      await db.updateTable("links").set(toEditable(link)).where("id", "=", link.id).execute();
      await db.deleteFrom("link_files").where("link_id", "=", link.id).execute();
      await insertFiles(db, link);
    },

    async revoke(linkId, revokedAt) {
      const revoking = db.updateTable("links").set({ revoked_at: revokedAt }).where("id", "=", linkId);
      const { numUpdatedRows } = await revoking.where("revoked_at", "is", null).executeTakeFirstOrThrow();
      // Locks the claims: a visitor who gets URLs at this moment commits before, or finds the window closed.
      await db
        .updateTable("link_claims")
        .set({ window_ends_at: revokedAt })
        .where("link_id", "=", linkId)
        .where("window_ends_at", ">", revokedAt)
        .execute();
      return numUpdatedRows === 1n;
    },
  };
}

const EDITING: Role[] = ["owner", "editor"];

async function insertFiles(db: Kysely<Tables>, { id: linkId, attachmentIds = [] }: Link): Promise<void> {
  if (attachmentIds.length === 0) return;
  const files = attachmentIds.map((id) => ({ link_id: linkId, attachment_id: id }));
  await orMissing(db.insertInto("link_files").values(files).execute(), {
    code: "attachment_not_found",
    message: "Attachment not found",
  });
}

function creatorRole(
  eb: ExpressionBuilder<Tables, "notes" | "links">,
  { db, now }: { db: Kysely<Tables>; now: number },
) {
  const ofCreator = { db, userId: eb.ref("links.created_by"), now: sql<number>`${now}` };
  return roleOnNote(eb as unknown as ExpressionBuilder<Tables, "notes">, ofCreator);
}

/** Selects links with the current role of their creators, and the ids of their files as JSON. */
export function linksWithCreator(db: Kysely<Tables>, now: number) {
  return db
    .selectFrom("links")
    .innerJoin("notes", "notes.id", "links.note_id")
    .leftJoin("people", "people.id", "links.created_by")
    .selectAll("links")
    .select(["people.name as creator_name", "people.email as creator_email"])
    .select((eb) => creatorRole(eb as never, { db, now }).as("creator_role"))
    .select((eb) =>
      eb
        .selectFrom("link_files")
        // An id has no comma, and both engines have this function.
        .select(sql<string | null>`string_agg(link_files.attachment_id, ',')`.as("ids"))
        .whereRef("link_files.link_id", "=", "links.id")
        .as("attachment_ids"),
    );
}

type Row = Selectable<Tables["links"]> & {
  creator_name: string | null;
  creator_email: string | null;
  creator_role: string | null;
  attachment_ids: string | null;
};

function linkDetails(db: Kysely<Tables>, now: number) {
  const sent = db
    .selectFrom("visitor_files")
    .innerJoin("attachments", "attachments.id", "visitor_files.attachment_id")
    .whereRef("visitor_files.link_id", "=", sql.ref("links.id"))
    .where("attachments.state", "not in", ENDED);
  const received = sent.where("visitor_files.received_at", "is not", null);
  const claims = db.selectFrom("link_claims").whereRef("link_claims.link_id", "=", sql.ref("links.id"));
  const ready = db
    .selectFrom("link_files")
    .innerJoin("attachments", "attachments.id", "link_files.attachment_id")
    .whereRef("link_files.link_id", "=", sql.ref("links.id"))
    .where("attachments.state", "=", "ready");
  return linksWithCreator(db, now).select([
    "notes.title as note_title",
    ready.select(count).as("ready_files"),
    sent.select(count).as("taken_files"),
    received.select(count).as("received_files"),
    received.select(sum("attachments.size_bytes")).as("received_bytes"),
    claims.select(sum("link_claims.urls_issued")).as("urls_issued"),
    claims.select((eb) => eb.fn.max("last_url_expires_at").as("last")).as("last_url_expires_at"),
  ]);
}

const count = sql<number>`count(*)`.as("count");

// The sum of bigints is numeric on PostgreSQL.
function sum(column: string) {
  return sql<number>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`.as("sum");
}

type DetailsQuery = ReturnType<typeof linkDetails>;
type DetailsRow = Awaited<ReturnType<DetailsQuery["execute"]>>[number];

function newestFirst(links: DetailsQuery, { limit, cursor }: PageRequest): DetailsQuery {
  const before = decodeCursor(cursor);
  return links
    .$if(before !== undefined, (query) => query.where("links.id", "<", before as string))
    .orderBy("links.id", "desc")
    .limit(limit + 1);
}

function toPageOfDetails(rows: DetailsRow[], { limit }: PageRequest): Page<LinkDetails> {
  const { items, nextCursor } = toPage(rows, limit);
  return { items: items.map(toDetails), nextCursor };
}

function toDetails(row: DetailsRow): LinkDetails {
  return {
    ...toLinkWithCreator(row),
    noteTitle: row.note_title,
    readyFiles: row.ready_files ?? 0,
    takenFiles: row.taken_files ?? 0,
    received: { files: row.received_files ?? 0, bytes: row.received_bytes ?? 0 },
    urlsIssued: row.urls_issued ?? 0,
    lastUrlExpiresAt: row.last_url_expires_at ?? undefined,
  };
}

export function toLinkWithCreator(row: Row): LinkWithCreator {
  return {
    link: toLink(row),
    creatorRole: (row.creator_role as Role | null) ?? undefined,
    creatorName: row.creator_name ?? row.creator_email ?? undefined,
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
    request: row.request === null ? undefined : (JSON.parse(row.request) as FileRequest),
    createdAt: row.created_at,
    revokedAt: row.revoked_at ?? undefined,
  };
}

function toRow(link: Link) {
  return {
    id: link.id,
    kind: link.kind,
    note_id: link.noteId,
    owner_id: link.ownerId,
    created_by: link.createdBy,
    ...toEditable(link),
    claims: link.claims,
    opened: link.opened,
    created_at: link.createdAt,
    revoked_at: link.revokedAt ?? null,
  };
}

function toEditable(link: Link) {
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
