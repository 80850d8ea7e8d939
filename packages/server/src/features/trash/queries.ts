import { type ExpressionBuilder, type Kysely, type SqlBool, sql } from "kysely";
import type { Engine } from "../../platform/database/engine.ts";
import { decodeCursor, newestFirst, type Page, type PageRequest, toPage } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import { toColumns } from "../../platform/database/rows.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { Role } from "../../platform/database/unions.ts";
import { type Attachment, unlistedStates } from "../access/attachment.ts";
import { permits, ROLES } from "../access/authorise.ts";
import { type AttachmentRow, attachmentColumns, notInTrash, PURGE, roleOnNote, toAttachment } from "../access/sql.ts";
import { ENDED } from "../usage/usage.ts";

const DELETERS = ROLES.filter((role) => permits(role, "attachment.delete"));

/** A deleted note with its attachments, or a deleted attachment of another note. Instants are milliseconds since the epoch. */
export type TrashItem = {
  /** A UUIDv7, so that ids sort by the time of the deletion. */
  id: string;
  noteId: string;
  noteTitle: string;
  ownerId: string;
  /** Undefined: the item is the whole note. */
  attachment: Attachment | undefined;
  deletedBy: string;
  deletedAt: number;
};

export type ListedTrashItem = TrashItem & { files: number; sizeBytes: number };

export type TrashSubject = { noteId: string } | { attachmentId: string };

/** Only these queries and the queries for object keys find items in the trash. All other queries ignore items in the trash. */
export const trashQueries = defineQueries("database.trash", ({ kysely: db, engine, clock }) => {
  const insert = async (item: Omit<TrashItem, "noteTitle" | "attachment">, attachmentId: string | null) => {
    const columns = toColumns(item, ["id", "noteId", "ownerId", "deletedBy", "deletedAt"]);
    await db
      .insertInto("trash")
      .values({ ...columns, attachment_id: attachmentId })
      .execute();
  };
  const toPurge = () => db.selectFrom("notes").select("id").where("trash_id", "=", sql.lit(PURGE));
  return {
    /** Moves a locked note to the trash. The rows of its attachments do not change. */
    async putNote(item: Omit<TrashItem, "noteTitle" | "attachment">) {
      await insert(item, null);
      await db.updateTable("notes").set({ trash_id: item.id }).where("id", "=", item.noteId).execute();
    },

    /** Moves an attachment to the trash. Returns false if the attachment no longer exists. The caller must have locked the note. */
    async putAttachment(attachmentId: string, item: Omit<TrashItem, "noteTitle" | "attachment">) {
      const file = db.updateTable("attachments").set({ trash_id: item.id }).where("id", "=", attachmentId);
      // A verification may have rejected the file after the caller read it, so the query checks the state again.
      const kept = file.where(notInTrash.attachments).where("state", "not in", ["rejected", ...unlistedStates]);
      const { numUpdatedRows } = await kept.executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return false;
      await insert(item, attachmentId);
      // Releases the idempotency key. A client that repeats the start of the upload must not get an upload whose file is in the trash.
      const uploads = db.updateTable("uploads").set({ idempotency_key: null });
      await uploads.where("attachment_id", "=", attachmentId).execute();
      return true;
    },

    /**
     * Returns the item and the role of the user on its note, and locks the note until the transaction ends. Returns undefined if the item
     * is not in the trash, and for an attachment whose note is in the trash.
     */
    async hold(
      subject: TrashSubject,
      userId: string,
    ): Promise<{ item: TrashItem; role: Role | undefined } | undefined> {
      if (engine.name === "postgres" && !(await lockNote(db, subject))) return undefined;
      const row = await selectItems(db)
        .select((eb) => roleOf(eb, { db, engine, userId, now: clock() }).as("role"))
        .where((eb) => isSubject(eb, subject))
        .executeTakeFirst();
      return row && { item: toItem(row), role: row.role ?? undefined };
    },

    /** Restores an item that the caller has locked. */
    async restore({ id, noteId }: TrashItem) {
      await db
        .updateTable("notes")
        .set({ trash_id: null })
        .where("id", "=", noteId)
        .where("trash_id", "=", id)
        .execute();
      await db.updateTable("attachments").set({ trash_id: null }).where("trash_id", "=", id).execute();
      await db.deleteFrom("trash").where("id", "=", id).execute();
    },

    /** Hides a note from everybody permanently, and queues the deletion of the note. The caller must have locked the note. */
    async startPurge(noteId: string) {
      await db.updateTable("notes").set({ trash_id: PURGE }).where("id", "=", noteId).execute();
      await db.deleteFrom("trash").where("note_id", "=", noteId).where("attachment_id", "is", null).execute();
    },

    /** Returns one note whose permanent deletion is queued. */
    async nextToPurge(): Promise<string | undefined> {
      return (await toPurge().limit(1).executeTakeFirst())?.id;
    },

    /** Locks a note whose permanent deletion is queued. Returns false if another replica has deleted the note. */
    async holdToPurge(noteId: string) {
      // SQLite has no `for update` and needs no lock, because a transaction on SQLite is the only writer from its start.
      const held = toPurge().$if(engine.name === "postgres", (query) => query.forUpdate());
      return (await held.where("id", "=", noteId).executeTakeFirst()) !== undefined;
    },

    /** Lists the items that the user may restore, the last deleted item first. */
    async listFor(userId: string, { limit, cursor }: PageRequest): Promise<Page<ListedTrashItem>> {
      const before = decodeCursor(cursor);
      const items = selectItems(db)
        .select([filesOfNote(db, sql<number>`count(*)`).as("files"), filesOfNote(db, bytes).as("size_bytes_of_files")])
        .$if(before !== undefined, (query) => query.where("trash.id", "<", before as string))
        .orderBy("trash.id", "desc")
        .limit(limit + 1);
      const owned = await items.where("trash.owner_id", "=", userId).execute();
      // Each of these two queries reads one index. A single query would have to read the trash of all users.
      const others = await items
        .where("trash.owner_id", "!=", userId)
        .where("trash.attachment_id", "is not", null)
        .where("trash.note_id", "in", db.selectFrom("note_shares").select("note_id").where("user_id", "=", userId))
        .where((eb) => eb(roleOf(eb, { db, engine, userId, now: clock() }), "in", DELETERS))
        .execute();
      const rows = [...owned, ...others].sort((a, b) => (a.item_id < b.item_id ? 1 : -1));
      return toPage(
        rows.map((row): ListedTrashItem => {
          const item = toItem(row);
          const { files, size_bytes_of_files: bytes } = row;
          return { ...item, files: files ?? 1, sizeBytes: bytes ?? item.attachment?.sizeBytes ?? 0 };
        }),
        limit,
      );
    },

    /** Lists the deleted files of a note, the last deleted file first. */
    async pageOfNote(noteId: string, page: PageRequest): Promise<Page<TrashItem>> {
      const items = selectItems(db).where("trash.note_id", "=", noteId).where("trash.attachment_id", "is not", null);
      return newestFirst(items, { ...page, id: "trash.id", to: toItem });
    },

    /** Lists the items that were deleted at `before` or earlier, the earliest first. Skips attachments whose note is in the trash. */
    async listOld(before: number, limit: number): Promise<TrashItem[]> {
      const old = selectItems(db).where("trash.deleted_at", "<=", before);
      return (await old.orderBy("trash.deleted_at").limit(limit).execute()).map(toItem);
    },
  };
});

/**
 * Locks the note of an item. If another transaction restores or deletes the note, waits for that transaction, and the next statement sees
 * its result. Returns false if the item does not exist. The lock does not prevent new items.
 */
async function lockNote(db: Kysely<Tables>, subject: TrashSubject): Promise<boolean> {
  const item = db
    .selectFrom("trash")
    .select("note_id")
    .where((eb) => isSubject(eb, subject));
  const locked = await db.selectFrom("notes").select("id").where("id", "in", item).forUpdate().execute();
  return locked.length > 0;
}

function isSubject(eb: ExpressionBuilder<Tables, "trash">, subject: TrashSubject) {
  return "noteId" in subject
    ? eb.and([eb("trash.note_id", "=", subject.noteId), eb("trash.attachment_id", "is", null)])
    : eb("trash.attachment_id", "=", subject.attachmentId);
}

/** Selects items of the trash, except attachments whose note is also in the trash. */
function selectItems(db: Kysely<Tables>) {
  return db
    .selectFrom("trash")
    .innerJoin("notes", "notes.id", "trash.note_id")
    .leftJoin("attachments", "attachments.id", "trash.attachment_id")
    .select(attachmentColumns)
    .select([
      "trash.id as item_id",
      "trash.note_id as item_note_id",
      "trash.owner_id as item_owner_id",
      "trash.deleted_by",
      "trash.deleted_at",
      "notes.title",
    ])
    .where(sql<SqlBool>`(${notInTrash.notes} or notes.trash_id = trash.id)`);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectItems>["execute"]>>[number];

function toItem(row: Row): TrashItem {
  return {
    id: row.item_id,
    noteId: row.item_note_id,
    noteTitle: row.title,
    ownerId: row.item_owner_id,
    attachment: row.id === null ? undefined : toAttachment(row as AttachmentRow),
    deletedBy: row.deleted_by,
    deletedAt: row.deleted_at,
  };
}

type Scope = { db: Kysely<Tables>; engine: Engine; userId: string; now: number };

function roleOf(eb: unknown, { userId, now, ...of }: Scope) {
  const scope = { ...of, userId: sql<string>`${userId}`, now: sql<number>`${now}` };
  return roleOnNote(eb as ExpressionBuilder<Tables, "notes">, scope).$castTo<Role | null>();
}

// The query casts the sum, because PostgreSQL returns a sum of bigints as `numeric`.
const bytes = sql<number>`cast(coalesce(sum(files.size_bytes), 0) as bigint)`;

/**
 * Selects an aggregate of the files that a restoration of the note would restore, such as their number. Null if the item is a single file.
 */
function filesOfNote(db: Kysely<Tables>, aggregate: typeof bytes) {
  const files = db
    .selectFrom("attachments as files")
    .select(aggregate.as("aggregate"))
    .where("files.note_id", "=", sql.ref<string>("trash.note_id"))
    // Older versions also stored the id of the trash item in each file of a note.
    .where(sql<SqlBool>`(files.trash_id is null or files.trash_id = trash.id)`)
    .where("files.state", "not in", ["pending", ...ENDED]);
  return sql<number | null>`case when trash.attachment_id is null then ${files} end`;
}
