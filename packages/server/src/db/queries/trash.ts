import { type ExpressionBuilder, type Kysely, type SqlBool, sql } from "kysely";
import { permits, ROLES, type Role } from "../../domain/access.ts";
import { unlistedStates } from "../../domain/attachment.ts";
import type { Clock, ListedTrashItem, TrashItem, TrashQueries, TrashSubject } from "../../usecases/ports/index.ts";
import type { Engine } from "../engine.ts";
import type { Tables } from "../schema.ts";
import { roleOnNote } from "./access.ts";
import { type AttachmentRow, attachmentColumns, toAttachment } from "./attachments.ts";
import { decodeCursor, toPage } from "./cursor.ts";
import { notInTrash } from "./not-in-trash.ts";

const DELETERS = ROLES.filter((role) => permits(role, "attachment.delete"));

export function trashQueries(db: Kysely<Tables>, { engine, clock }: { engine: Engine; clock: Clock }): TrashQueries {
  const insert = async (item: Omit<TrashItem, "noteTitle" | "attachment">, attachmentId: string | null) => {
    const { id, noteId, ownerId, deletedBy, deletedAt } = item;
    const by = { owner_id: ownerId, deleted_by: deletedBy, deleted_at: deletedAt };
    await db
      .insertInto("trash")
      .values({ id, note_id: noteId, attachment_id: attachmentId, ...by })
      .execute();
  };
  /**
   * Releases the idempotency keys. Otherwise, a client that repeats the start of an upload would get an upload whose file is in the trash.
   */
  const forgetKeys = async (itemId: string) => {
    const files = db.selectFrom("attachments").select("id").where("trash_id", "=", itemId);
    await db.updateTable("uploads").set({ idempotency_key: null }).where("attachment_id", "in", files).execute();
  };
  return {
    async putNote(item) {
      await insert(item, null);
      await db.updateTable("notes").set({ trash_id: item.id }).where("id", "=", item.noteId).execute();
      const files = db.updateTable("attachments").set({ trash_id: item.id }).where("note_id", "=", item.noteId);
      await files.where(notInTrash.attachments).execute();
      await forgetKeys(item.id);
    },

    async putAttachment(attachmentId, item) {
      const file = db.updateTable("attachments").set({ trash_id: item.id }).where("id", "=", attachmentId);
      // Checks the state again, because a verification may have rejected the file since it was read.
      const kept = file.where(notInTrash.attachments).where("state", "not in", ["rejected", ...unlistedStates]);
      const { numUpdatedRows } = await kept.executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) return false;
      await insert(item, attachmentId);
      await forgetKeys(item.id);
      return true;
    },

    async hold(subject, userId) {
      if (engine.name === "postgres" && !(await lockNote(db, subject))) return undefined;
      const row = await selectItems(db)
        .select((eb) => roleOf(eb, { db, userId, now: clock() }).as("role"))
        .where((eb) => isSubject(eb, subject))
        .executeTakeFirst();
      return row && { item: toItem(row), role: row.role ?? undefined };
    },

    async restore({ id, noteId }) {
      await db
        .updateTable("notes")
        .set({ trash_id: null })
        .where("id", "=", noteId)
        .where("trash_id", "=", id)
        .execute();
      const files = db.updateTable("attachments").set({ trash_id: null }).where("note_id", "=", noteId);
      await files.where("trash_id", "=", id).execute();
      await db.deleteFrom("trash").where("id", "=", id).execute();
    },

    async listFor(userId, { limit, cursor }) {
      const before = decodeCursor(cursor);
      const items = selectItems(db)
        .select([files(db, sql<number>`count(*)`).as("files"), files(db, bytes).as("size_bytes_of_files")])
        .$if(before !== undefined, (query) => query.where("trash.id", "<", before as string))
        .orderBy("trash.id", "desc")
        .limit(limit + 1);
      const owned = await items.where("trash.owner_id", "=", userId).execute();
      // Uses two queries, because each of them reads one index. A single query would have to read the trash of all users.
      const others = await items
        .where("trash.owner_id", "!=", userId)
        .where("trash.attachment_id", "is not", null)
        .where("trash.note_id", "in", db.selectFrom("note_shares").select("note_id").where("user_id", "=", userId))
        .where((eb) => eb(roleOf(eb, { db, userId, now: clock() }), "in", DELETERS))
        .execute();
      const rows = [...owned, ...others].sort((a, b) => (a.item_id < b.item_id ? 1 : -1));
      return toPage(
        rows.map((row): ListedTrashItem => ({ ...toItem(row), files: row.files, sizeBytes: row.size_bytes_of_files })),
        limit,
      );
    },

    async listOld(before, limit) {
      const old = selectItems(db).where("trash.deleted_at", "<=", before);
      return (await old.orderBy("trash.deleted_at").limit(limit).execute()).map(toItem);
    },
  };
}

/**
 * Locks the note of an item. If another transaction is restoring or deleting the note, the lock waits for its end. So the next statement
 * sees the result. Returns false if the item does not exist. The lock does not cover an item that is created later.
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

/** Selects items, except for attachments whose note is in the trash too. */
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

function roleOf(eb: unknown, { db, userId, now }: { db: Kysely<Tables>; userId: string; now: number }) {
  const scope = { db, userId: sql<string>`${userId}`, now: sql<number>`${now}` };
  return roleOnNote(eb as ExpressionBuilder<Tables, "notes">, scope).$castTo<Role | null>();
}

// The query casts the sum, because PostgreSQL returns a sum of bigints as `numeric`.
const bytes = sql<number>`cast(coalesce(sum(files.size_bytes), 0) as bigint)`;

/** Selects an aggregate, such as a count, of the files of an item. */
function files(db: Kysely<Tables>, aggregate: typeof bytes) {
  return db
    .selectFrom("attachments as files")
    .select(aggregate.as("aggregate"))
    .where("files.note_id", "=", sql.ref<string>("trash.note_id"))
    .where("files.trash_id", "=", sql.ref<string>("trash.id"))
    .$asScalar()
    .$notNull();
}
