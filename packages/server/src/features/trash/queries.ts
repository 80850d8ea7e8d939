import { type ExpressionBuilder, type Kysely, type NotNull, sql } from "kysely";
import type { Engine } from "../../platform/database/engine.ts";
import { newestFirst, type Page, type PageRequest, toPage } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import { toColumns } from "../../platform/database/rows.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { Role } from "../../platform/database/unions.ts";
import { type Attachment, unlistedStates } from "../access/attachment.ts";
import { permits, ROLES } from "../access/authorise.ts";
import { attachmentColumns, notInTrash, PURGE, roleOnNote, toAttachment } from "../access/sql.ts";
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

/** The facts that a deleted note or attachment stores about its deletion. */
type Deletion = Pick<TrashItem, "id" | "deletedBy" | "deletedAt">;

const NOT_DELETED = { trash_id: null, deleted_by: null, deleted_at: null };

/** Only these queries and the queries for object keys find items in the trash. All other queries ignore items in the trash. */
export const trashQueries = defineQueries("database.trash", ({ kysely: db, engine, clock }) => {
  const toRow = ({ id, ...deletion }: Deletion) => ({
    trash_id: id,
    ...toColumns(deletion, ["deletedBy", "deletedAt"]),
  });
  const roleOf = (userId: string) => (eb: unknown) => roleOfUser(eb, { db, engine, userId, now: clock() });
  const toPurge = () => db.selectFrom("notes").select("id").where("trash_id", "=", sql.lit(PURGE));
  return {
    /** Moves a locked note to the trash. The rows of its attachments do not change. */
    async putNote(noteId: string, deletion: Deletion) {
      await db.updateTable("notes").set(toRow(deletion)).where("id", "=", noteId).execute();
    },

    /** Moves an attachment to the trash. Returns false if the attachment no longer exists. The caller must have locked the note. */
    async putAttachment(attachmentId: string, deletion: Deletion) {
      const file = db.updateTable("attachments").set(toRow(deletion)).where("id", "=", attachmentId);
      // A verification may have rejected the file after the caller read it, so the query checks the state again.
      const kept = file.where(notInTrash.attachments).where("state", "not in", ["rejected", ...unlistedStates]);
      const { numUpdatedRows } = await kept.executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return false;
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
      const role = (eb: unknown) => roleOf(userId)(eb).as("role");
      const row =
        "noteId" in subject
          ? await deletedNotes(db).select(role).where("notes.id", "=", subject.noteId).executeTakeFirst()
          : await deletedFiles(db).select(role).where("attachments.id", "=", subject.attachmentId).executeTakeFirst();
      return row && { item: toItem(row), role: row.role ?? undefined };
    },

    /** Restores an item that the caller has locked. */
    async restore(subject: TrashSubject) {
      const restored =
        "noteId" in subject
          ? db.updateTable("notes").set(NOT_DELETED).where("id", "=", subject.noteId)
          : db.updateTable("attachments").set(NOT_DELETED).where("id", "=", subject.attachmentId);
      await restored.execute();
    },

    /** Hides a note from everybody permanently, and queues the deletion of the note. The caller must have locked the note. */
    async startPurge(noteId: string) {
      const hidden = { ...NOT_DELETED, trash_id: PURGE };
      await db.updateTable("notes").set(hidden).where("id", "=", noteId).execute();
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
      // Each query reads one index. With the shares as a subquery, PostgreSQL would often read the deleted files of all users.
      const shares = await db.selectFrom("note_shares").select("note_id").where("user_id", "=", userId).execute();
      const shared = engine.list(shares.map((share) => share.note_id));
      const notes = deletedNotes(db)
        .select([filesOfNote(db, sql<number>`count(*)`).as("files"), filesOfNote(db, bytes).as("bytes")])
        .where("notes.owner_id", "=", userId);
      const ofOthers = deletedFiles(db)
        .where("attachments.owner_id", "!=", userId)
        .where((eb) => engine.isIn(eb.ref("attachments.note_id"), shared))
        .where((eb) => eb(roleOf(userId)(eb), "in", DELETERS));
      // The extra item of each page shows that a next page exists.
      const page = { limit: limit + 1, cursor };
      const ofFiles = { ...page, id: "attachments.trash_id", to: toListedFile };
      const pages = [
        await newestFirst(notes, {
          ...{ ...page, id: "notes.trash_id" },
          to: (row) => ({ ...toItem(row), files: row.files ?? 0, sizeBytes: row.bytes ?? 0 }),
        }),
        await newestFirst(deletedFiles(db).where("attachments.owner_id", "=", userId), ofFiles),
        await newestFirst(ofOthers, ofFiles),
      ];
      const items = pages.flatMap((found) => found.items).sort((a, b) => (a.id < b.id ? 1 : -1));
      return toPage(items, limit);
    },

    /** Lists the deleted files of a note, the last deleted file first. */
    pageOfNote(noteId: string, page: PageRequest): Promise<Page<TrashItem>> {
      const files = deletedFiles(db).where("attachments.note_id", "=", noteId);
      return newestFirst(files, { ...page, id: "attachments.trash_id", to: toItem });
    },

    /**
     * Lists up to `limit` notes and up to `limit` attachments that were deleted at `before` or earlier, the earliest first. Skips
     * attachments whose note is in the trash.
     */
    async listOld(before: number, limit: number): Promise<TrashItem[]> {
      const notes = deletedNotes(db).where("notes.deleted_at", "<=", before).orderBy("notes.deleted_at");
      const files = deletedFiles(db).where("attachments.deleted_at", "<=", before).orderBy("attachments.deleted_at");
      return [...(await notes.limit(limit).execute()), ...(await files.limit(limit).execute())].map(toItem);
    },
  };
});

/**
 * Locks the note of an item. If another transaction restores or deletes the note, waits for that transaction, and the next statement sees
 * its result. Returns false if the note does not exist. The lock does not prevent new items.
 */
async function lockNote(db: Kysely<Tables>, subject: TrashSubject): Promise<boolean> {
  const note = db.selectFrom("notes").select("id").forUpdate();
  const ofSubject =
    "noteId" in subject
      ? note.where("id", "=", subject.noteId)
      : note.where("id", "in", (eb) =>
          eb.selectFrom("attachments").select("note_id").where("attachments.id", "=", subject.attachmentId),
        );
  return (await ofSubject.executeTakeFirst()) !== undefined;
}

type NotNulls = { trash_id: NotNull; deleted_by: NotNull; deleted_at: NotNull };

function deletedNotes(db: Kysely<Tables>) {
  return db
    .selectFrom("notes")
    .select(["notes.id as note_id", "notes.owner_id", "notes.title"])
    .select(["notes.trash_id", "notes.deleted_by", "notes.deleted_at"])
    .where("notes.deleted_at", "is not", null)
    .$narrowType<NotNulls>();
}

/** Selects deleted attachments, except those whose note is also in the trash. */
function deletedFiles(db: Kysely<Tables>) {
  return db
    .selectFrom("attachments")
    .innerJoin("notes", "notes.id", "attachments.note_id")
    .select(attachmentColumns)
    .select(["notes.title", "attachments.trash_id", "attachments.deleted_by", "attachments.deleted_at"])
    .where("attachments.deleted_at", "is not", null)
    .where(notInTrash.notes)
    .$narrowType<NotNulls>();
}

type RowOf<Select extends (db: Kysely<Tables>) => { executeTakeFirstOrThrow(): Promise<unknown> }> = Awaited<
  ReturnType<ReturnType<Select>["executeTakeFirstOrThrow"]>
>;
type FileRow = RowOf<typeof deletedFiles>;

function toItem(row: RowOf<typeof deletedNotes> | FileRow): TrashItem {
  return {
    id: row.trash_id,
    noteId: row.note_id,
    noteTitle: row.title,
    ownerId: row.owner_id,
    attachment: "object_key" in row ? toAttachment(row) : undefined,
    deletedBy: row.deleted_by,
    deletedAt: row.deleted_at,
  };
}

function toListedFile(row: FileRow): ListedTrashItem {
  return { ...toItem(row), files: 1, sizeBytes: row.size_bytes };
}

type Scope = { db: Kysely<Tables>; engine: Engine; userId: string; now: number };

function roleOfUser(eb: unknown, { userId, now, ...of }: Scope) {
  const scope = { ...of, userId: sql<string>`${userId}`, now: sql<number>`${now}` };
  return roleOnNote(eb as ExpressionBuilder<Tables, "notes">, scope).$castTo<Role | null>();
}

// The query casts the sum, because PostgreSQL returns a sum of bigints as `numeric`.
const bytes = sql<number>`cast(coalesce(sum(files.size_bytes), 0) as bigint)`;

/** Selects an aggregate of the files that a restoration of the note would restore, such as their number. */
function filesOfNote(db: Kysely<Tables>, aggregate: typeof bytes) {
  return db
    .selectFrom("attachments as files")
    .select(aggregate.as("aggregate"))
    .where("files.note_id", "=", sql.ref<string>("notes.id"))
    .where("files.trash_id", "is", null)
    .where("files.state", "not in", ["pending", ...ENDED]);
}
