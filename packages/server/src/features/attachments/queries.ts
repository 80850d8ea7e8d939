import type { Rejection } from "@valetkey/contract";
import { type Expression, type Insertable, type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import type { Checksum } from "../../platform/bucket/port.ts";
import type { Engine } from "../../platform/database/engine.ts";
import { decodeCursor, type Page, type PageRequest, toPage } from "../../platform/database/pages.ts";
import { defineQueries } from "../../platform/database/queries.ts";
import { toColumns } from "../../platform/database/rows.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AttachmentState, Role } from "../../platform/database/unions.ts";
import { DomainError, noSuch } from "../../platform/errors.ts";
import { fold } from "../../platform/text/readable-text.ts";
import { type Attachment, unlistedStates } from "../access/attachment.ts";
import { isOwnerOfTenant, VISITOR } from "../access/caller.ts";
import { notInTrash, STAGED, selectAttachments, toAttachment } from "../access/sql.ts";
import { endReservation, releaseQuota, takeQuota } from "../usage/queries.ts";
import { type Quota, usesCapacity } from "../usage/usage.ts";
import { insertTerms } from "./sql.ts";

/** The user who reads a list of attachments, with the role of this user on the note. */
type NoteReader = { userId: string; role: Role | undefined };

/** A change of an attachment's state. The other members also replace their stored values, unless they are undefined. */
export type AttachmentChange = {
  from: AttachmentState;
  to: AttachmentState;
  objectKey?: string | undefined;
  checksum?: Checksum | undefined;
  rejectReason?: string | undefined;
  rejection?: Rejection | undefined;
};

function toRow(attachment: Attachment): Insertable<Tables["attachments"]> {
  return {
    ...toColumns(attachment, ["id", "noteId", "ownerId", "createdBy", "objectKey", "path", "filename", "contentType"]),
    ...toColumns(attachment, ["sizeBytes", "state", "rejectReason", "createdAt"]),
    owns_object: attachment.ownsObject ? 1 : 0,
    filename_folded: fold(attachment.path + attachment.filename),
    checksum_sha256: attachment.checksum?.value ?? null,
    previews: attachment.previews === undefined ? null : JSON.stringify(attachment.previews),
    annotations: attachment.annotations === undefined ? null : JSON.stringify(attachment.annotations),
  };
}

type Insertion = { quota?: Quota | undefined; settles?: boolean; isStaged?: boolean; sourceKey?: string | undefined };

export const attachmentQueries = defineQueries("database.attachments", ({ kysely: db, engine }) => ({
  /**
   * Inserts an attachment and adds its size to the usage of the owner. Deletions and changes of the state also update the usage, so the
   * usage always matches the rows. `settles`: cancels the deletion of the object, and the attachment replaces its quota reservation. The
   * reservation of a tenant guarantees no space. `isStaged`: nobody sees the attachment before `attachStaged`. `sourceKey`: the adopted
   * object, if the object is its copy. Throws `quota_exceeded` and `object_already_attached`.
   */
  async insert(
    attachment: Attachment,
    { quota, settles = false, isStaged = false, sourceKey }: Insertion = {},
  ): Promise<void> {
    await requireNote(db, { engine, noteId: attachment.noteId });
    const insert = db
      .insertInto("attachments")
      .values({ ...toRow(attachment), trash_id: isStaged ? STAGED : null, source_key: sourceKey ?? null })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    const result = await insert;
    if (result.numInsertedOrUpdatedRows === 0n) {
      throw new DomainError("object_already_attached", "This object is attached to a note already.");
    }
    const { annotations } = attachment;
    if (annotations !== undefined) await insertTerms(db, { ...attachment, annotations });
    if (!attachment.ownsObject || !usesCapacity(attachment.state)) return;
    // All transactions lock the note before the usage, to avoid a deadlock.
    const { ownerId, createdBy: userId, sizeBytes } = attachment;
    const reserved = settles ? await endReservation(db, attachment.objectKey) : undefined;
    let { bytes, files } = reserved ?? { bytes: 0, files: 0 };
    if (reserved !== undefined && isOwnerOfTenant(ownerId)) {
      // The whole file needs space now, because the removal of a tenant sets its quota to 0.
      await releaseQuota(db, ownerId, reserved);
      [bytes, files] = [0, 0];
    }
    await takeQuota(db, { ownerId, userId, more: { bytes: sizeBytes - bytes, files: 1 - files }, quota });
  },

  /** Changes the state from `from` to `to`. Returns false if the state is not `from`, so only one of many callers succeeds. */
  async transition(attachmentId: string, change: AttachmentChange): Promise<boolean> {
    const { from, to, objectKey, checksum, rejectReason, rejection } = change;
    const row = await db
      .updateTable("attachments")
      .set({
        state: to,
        ...(objectKey === undefined ? {} : { object_key: objectKey }),
        ...(checksum === undefined ? {} : { checksum_sha256: checksum.value }),
        ...(rejectReason === undefined ? {} : { reject_reason: rejectReason }),
        ...(rejection === undefined ? {} : { rejection: JSON.stringify(rejection) }),
      })
      .where("id", "=", attachmentId)
      .where("state", "=", from)
      .where(notInTrash.attachments)
      .returning(quotaColumns)
      .executeTakeFirst();
    if (row === undefined) return false;
    if (usesCapacity(from) && !usesCapacity(to)) {
      await releaseQuotaOf(db, [{ ...row, state: from }]);
      await db.deleteFrom("attachment_previews").where("attachment_id", "=", attachmentId).execute();
    }
    return true;
  },

  /** Changes the filename. Returns false if the attachment is not `ready`. */
  async rename({ id, path }: Pick<Attachment, "id" | "path">, filename: string): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable("attachments")
      .set({ filename, filename_folded: fold(path + filename) })
      .where("id", "=", id)
      .where("state", "=", "ready")
      .where(notInTrash.attachments)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  },

  /** Moves an attachment to another note of the same owner. The caller must have locked both notes and the attachment. */
  async relocate(attachmentId: string, noteId: string): Promise<void> {
    await db.updateTable("attachments").set({ note_id: noteId }).where("id", "=", attachmentId).execute();
    await db.updateTable("file_terms").set({ note_id: noteId }).where("attachment_id", "=", attachmentId).execute();
    // An embedding has no search index.
    if (!engine.hasServiceTables) return;
    // The terms in the search index depend only on the owner, the path and the filename, so they stay the same.
    await db.updateTable("search_docs").set({ note_id: noteId }).where("doc_id", "=", attachmentId).execute();
  },

  /** Does not find an attachment in the trash. The other queries of this file also skip the trash, unless their comments say otherwise. */
  async find(attachmentId: string): Promise<Attachment | undefined> {
    const found = selectAttachments(db).where("id", "=", attachmentId).where(notInTrash.attachments);
    const row = await found.executeTakeFirst();
    return row && toAttachment(row);
  },

  /** Locks the attachment until the transaction ends. Returns false if the attachment does not exist or is in the trash. */
  async hold(attachmentId: string): Promise<boolean> {
    const row = await db
      .selectFrom("attachments")
      .select("id")
      .where("id", "=", attachmentId)
      .where(notInTrash.attachments)
      // SQLite needs no lock, because a transaction on SQLite is the only writer from its start.
      .$if(engine.name === "postgres", (query) => query.forUpdate())
      .executeTakeFirst();
    return row !== undefined;
  },

  /** Deletes attachments, which must all belong to one owner. */
  async delete(...attachmentIds: string[]): Promise<void> {
    const deletion = db.deleteFrom("attachments").where((eb) => engine.isIn(eb.ref("id"), engine.list(attachmentIds)));
    await releaseQuotaOf(db, await deletion.returning(quotaColumns).execute());
  },

  /**
   * Locks the attachments of the note until the transaction ends, and returns them in any order. The result also contains unlisted
   * attachments and attachments in the trash. `isPending`: only pending attachments. `limit`: the maximum number of attachments. Default:
   * no limit.
   */
  async listOfNote(
    noteId: string,
    { isPending = false, limit }: { isPending?: boolean; limit?: number } = {},
  ): Promise<Attachment[]> {
    const rows = await selectAttachments(db)
      .where("note_id", "=", noteId)
      .$if(isPending, (query) => query.where(inGroup("pending")))
      .$if(limit !== undefined, (query) => query.limit(limit as number))
      // SQLite needs no lock, because a transaction on SQLite is the only writer from its start.
      .$if(engine.name === "postgres", (query) => query.forUpdate())
      .execute();
    return rows.map(toAttachment);
  },

  /**
   * Returns one page of a note's listed attachments, in order of creation. `reader`: hides rejected attachments of other users from this
   * user. The page omits the attachments that `isHiddenFrom` hides if the reader is a viewer, or with `isForViewers`.
   */
  async pageOfNote(
    noteId: string,
    {
      limit,
      cursor,
      reader,
      isForViewers = reader?.role === "viewer",
    }: PageRequest & { reader?: NoteReader | undefined; isForViewers?: boolean },
  ): Promise<Page<Attachment>> {
    const after = decodeCursor(cursor);
    const firstIn = (group: AttachmentGroup) =>
      selectAttachments(db)
        .where("note_id", "=", noteId)
        .where(inGroup(group))
        .$if(reader !== undefined, (query) =>
          query.where((eb) =>
            eb.or([eb("state", "!=", "rejected"), eb("created_by", "=", (reader as NoteReader).userId)]),
          ),
        )
        .$if(isForViewers, (query) => query.where(shownToViewers))
        .$if(after !== undefined, (query) => query.where("id", ">", after as string))
        .orderBy("id")
        .limit(limit + 1)
        .as("first");
    // The index orders each group separately. A single query for both groups would read and sort all attachments of the note.
    const rows = await db
      .selectFrom(firstIn("sent"))
      .selectAll()
      .unionAll(db.selectFrom(firstIn("pending")).selectAll())
      .orderBy("id")
      .limit(limit + 1)
      .execute();
    return toPage(rows.map(toAttachment), limit);
  },

  /** Counts the attachments that lists show to people with this role on the note, without rejected attachments. */
  async countOfNote(noteId: string, role?: Role): Promise<number> {
    const isViewer = sql<SqlBool>`${sql.lit(role === "viewer")}`;
    const { count } = await countListed(db, sql.val(noteId), isViewer).executeTakeFirstOrThrow();
    return count;
  },

  /** Also finds an attachment in the trash, because the bucket still stores its object. */
  async findByObjectKey(objectKey: string): Promise<Attachment | undefined> {
    const row = await selectAttachments(db).where("object_key", "=", objectKey).executeTakeFirst();
    return row && toAttachment(row);
  },

  /** Returns whether an application has adopted the object with a copy, and the attachment still exists, also in the trash. */
  async hasCopyOf(sourceKey: string): Promise<boolean> {
    const copy = db.selectFrom("attachments").select("id").where("source_key", "=", sourceKey);
    return (await copy.executeTakeFirst()) !== undefined;
  },

  /** Returns the ids of the attachments that `isHiddenFrom` hides from viewers, with one query. */
  async hiddenFromViewers(attachmentIds: readonly string[]): Promise<Set<string>> {
    const rows = await db
      .selectFrom("attachments")
      .select("id")
      .where((eb) => engine.isIn(eb.ref("id"), engine.list(attachmentIds)))
      .where((eb) => eb.not(shownToViewers))
      .execute();
    return new Set(rows.map(({ id }) => id));
  },

  /** Returns the filename and the note of each attachment, with one query. The map omits deleted attachments. */
  async filenamesOf(attachmentIds: readonly string[]): Promise<Map<string, { filename: string; noteId: string }>> {
    const rows = await db
      .selectFrom("attachments")
      .select(["id", "filename", "note_id"])
      .where((eb) => engine.isIn(eb.ref("id"), engine.list(attachmentIds)))
      .where(notInTrash.attachments)
      .execute();
    return new Map(rows.map(({ id, filename, note_id: noteId }) => [id, { filename, noteId }]));
  },
}));

/**
 * Locks the note. Throws if the note does not exist or is in the trash. If another transaction is deleting the note, the lock waits until
 * it ends.
 */
async function requireNote(db: Kysely<Tables>, { engine, noteId }: { engine: Engine; noteId: string }): Promise<void> {
  const note = await db
    .selectFrom("notes")
    .select("id")
    .where("id", "=", noteId)
    .where(notInTrash.notes)
    .$if(engine.name === "postgres", (query) => query.forKeyShare())
    .executeTakeFirst();
  if (note === undefined) throw noSuch("note");
}

/** Deletes all attachments of a note. The caller must have locked the note. */
export async function deleteAttachmentsOf(db: Kysely<Tables>, noteId: string): Promise<void> {
  const gone = await db.deleteFrom("attachments").where("note_id", "=", noteId).returning(quotaColumns).execute();
  await releaseQuotaOf(db, gone);
}

const quotaColumns = ["owner_id", "size_bytes", "owns_object", "state"] as const;

/**
 * Releases the quota that the rows used. All rows must belong to one owner. Each row must come from the statement that deleted or changed
 * it, so that its quota is released only once.
 */
export async function releaseQuotaOf(
  db: Kysely<Tables>,
  rows: readonly Pick<Selectable<Tables["attachments"]>, (typeof quotaColumns)[number]>[],
): Promise<void> {
  const counted = rows.filter((row) => row.owns_object === 1 && usesCapacity(row.state));
  const [first] = counted;
  if (first === undefined) return;
  const bytes = counted.reduce((sum, row) => sum + row.size_bytes, 0);
  await releaseQuota(db, first.owner_id, { bytes, files: counted.length });
}

/** The SQL condition that viewers see an attachment. `isHiddenFrom` (features/access/caller.ts) has the same rule. */
export const shownToViewers = sql<SqlBool>`
  (attachments.state = 'ready' or substr(attachments.created_by, 1, ${sql.lit(VISITOR.length)}) <> ${sql.lit(VISITOR)})`;

/**
 * Builds the query that counts the files of a note that have arrived, without rejected files. `isComplete` (features/access/attachment.ts)
 * has the same rule. `isViewer`: the SQL condition that the reader is a viewer. Default: the reader is not a viewer.
 */
export function countListed(db: Kysely<Tables>, noteId: Expression<string>, isViewer?: Expression<SqlBool>) {
  const ofNote = db
    .selectFrom("attachments")
    .select(sql<number>`count(*)`.as("count"))
    .where("attachments.note_id", "=", noteId);
  const isOmitted =
    isViewer === undefined ? isUncounted : sql<SqlBool>`(${isUncounted} or (${isViewer} and not ${shownToViewers}))`;
  const unlisted = ofNote.where(isUnready).where(isOmitted);
  const pending = ofNote.where(inGroup("pending"));
  // The query subtracts counts, so that the database reads only indexes, and not every row of the note.
  return db.selectNoFrom(sql<number>`${ofNote} - ${unlisted} - ${pending}`.as("count"));
}

// The database uses the index of attachments that are not ready only if the query has exactly the expression of the index.
export const isUnready = sql<SqlBool>`(attachments.state not in ('pending', 'ready') or attachments.trash_id is not null)`;

const isUncounted = sql<SqlBool>`
  (attachments.state in ('rejected', ${sql.join(unlistedStates.map((state) => sql.lit(state)))})
    or attachments.trash_id is not null)`;

/** The groups of the index `attachments_of_note`. `sent`: all bytes have arrived. `unlisted`: not in lists. */
const GROUPS = { sent: 0, pending: 1, unlisted: 2 } as const;

type AttachmentGroup = keyof typeof GROUPS;

// All values are literals, because the database uses the index only if the query has exactly the expression of the index.
const groupOf = sql`
  case
    when attachments.state in (${sql.join(unlistedStates.map((state) => sql.lit(state)))})
      or attachments.trash_id is not null then ${sql.lit(GROUPS.unlisted)}
    when attachments.state = 'pending' then ${sql.lit(GROUPS.pending)}
    else ${sql.lit(GROUPS.sent)}
  end`;

export function inGroup(...groups: AttachmentGroup[]) {
  return sql<SqlBool>`${groupOf} in (${sql.join(groups.map((group) => sql.lit(GROUPS[group])))})`;
}
