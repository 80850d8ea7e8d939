import { type ExpressionBuilder, type Insertable, type Selectable, sql } from "kysely";
import { defineQueries, type Tx } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { AttachmentState, FileEventKind, FileVisitor } from "../../platform/database/unions.ts";
import type { Attachment } from "../access/attachment.ts";
import { isOwnerOfItem } from "../access/caller.ts";
import { itemColumns } from "../access/sql.ts";

/** The name of an item in the application. */
export type ItemName = { resource: string; itemId: string };

/** The facts about an issued URL. `actorId`: the id that audit events store. `at`: milliseconds since the epoch. */
export type IssuedUrlFacts = { actorId: string; at: number; purpose: string };

/**
 * An event about a file of an item. A hook of the application receives each event at least once. The `id` of the event is the same at each
 * delivery. Only an event of the kind `downloaded` has `url`. Only an event about the end of a visitor's upload has `visitor`.
 */
type FileEvent = ItemName & {
  id: string;
  kind: FileEventKind;
  file: Attachment;
  url?: IssuedUrlFacts | undefined;
  visitor?: FileVisitor | undefined;
};

/** A file event that one replica has leased. `attempts`: how often replicas have leased this event, including the current lease. */
export type LeasedFileEvent = FileEvent & { attempts: number; leaseEndsAt: number };

/** Queues a call of the application's hook, in the transaction that ends the upload. Does nothing if the file belongs to no item. */
export async function recordFileEvent(
  queries: Tx,
  {
    id,
    kind,
    attachment,
    visitor,
    now,
  }: Pick<FileEvent, "id" | "kind" | "visitor"> & { attachment: Attachment; now: number },
): Promise<void> {
  if (!isOwnerOfItem(attachment.ownerId)) return;
  const item = await fileEventQueries(queries).itemOfNote(attachment.noteId);
  if (item === undefined) return;
  const { resource, itemId } = item;
  await fileEventQueries(queries).insert([{ id, kind, resource, itemId, file: attachment, visitor }], { dueAt: now });
}

/**
 * Queues a call of the application's hook for each ready or quarantined file, in the transaction that deletes the files permanently. All
 * attachments must belong to the same owner. The event has the id of the file, because a file is removed only once.
 */
export async function recordRemovals(
  queries: Tx,
  { attachments, now }: { attachments: readonly Attachment[]; now: number },
): Promise<void> {
  const isKnown = (state: AttachmentState) => state === "ready" || state === "quarantined";
  const files = attachments.filter(({ state, ownerId }) => isKnown(state) && isOwnerOfItem(ownerId));
  const [first] = files;
  const item = first && (await fileEventQueries(queries).itemOfNote(first.noteId));
  if (item === undefined) return;
  const { resource, itemId } = item;
  const events = files.map((file): FileEvent => ({ id: file.id, kind: "removed", resource, itemId, file }));
  await fileEventQueries(queries).insert(events, { dueAt: now });
}

/** The durable outbox of file events, for the hooks of the host application. Instants are milliseconds. */
export const fileEventQueries = defineQueries("database.fileEvents", ({ kysely: db, engine }) => ({
  /** Adds events. Call this function in the transaction that causes the events. */
  async insert(events: readonly FileEvent[], { dueAt }: { dueAt: number }): Promise<void> {
    for (let at = 0; at < events.length; at += INSERTED_TOGETHER) {
      const rows = events.slice(at, at + INSERTED_TOGETHER).map((event) => toRow(event, dueAt));
      await db.insertInto("file_events").values(rows).execute();
    }
  },

  /**
   * Leases the oldest due events of these resources to this replica. When the lease ends, the events are due again. The event about a
   * removed file waits for the hooks about its upload, so that an application never adds a file that it has already removed. The events
   * about a reviewed file also wait for the event that the file waits for its review.
   */
  async lease({
    now,
    leaseEndsAt,
    resources,
    limit,
  }: {
    now: number;
    leaseEndsAt: number;
    resources: readonly string[];
    limit: number;
  }): Promise<LeasedFileEvent[]> {
    const due = await db
      .selectFrom("file_events")
      .select(["id", "due_at"])
      .where("due_at", "<=", now)
      .where((eb) => engine.isIn(eb.ref("resource"), engine.list(resources)))
      .where((eb) => eb.or([eb("kind", "in", FIRST_KINDS), eb(earlierEvents(eb), "=", 0)]))
      .orderBy("due_at")
      .orderBy("id")
      .limit(limit)
      .execute();
    const leased: LeasedFileEvent[] = [];
    for (const seen of due) {
      // The update changes the row only if `due_at` still has the value that this replica has read. So only one replica can lease the row.
      const row = await db
        .updateTable("file_events")
        .set((eb) => ({ due_at: leaseEndsAt, attempts: eb("attempts", "+", 1) }))
        .where("id", "=", seen.id)
        .where("due_at", "=", seen.due_at)
        .returningAll()
        .executeTakeFirst();
      if (row !== undefined) leased.push(toEvent(row));
    }
    return leased;
  },

  async remove(eventId: string): Promise<void> {
    await db.deleteFrom("file_events").where("id", "=", eventId).execute();
  },

  /** Makes an event due at `dueAt`, unless another replica has leased the event in the meantime. */
  async postpone(
    { id, leaseEndsAt }: Pick<LeasedFileEvent, "id" | "leaseEndsAt">,
    { dueAt }: { dueAt: number },
  ): Promise<void> {
    await db
      .updateTable("file_events")
      .set({ due_at: dueAt })
      .where("id", "=", id)
      .where("due_at", "=", leaseEndsAt)
      .execute();
  },

  /** Returns the item of a note. Returns undefined for a note of the service. */
  async itemOfNote(noteId: string): Promise<(ItemName & { noteId: string }) | undefined> {
    const ofNote = db.selectFrom(engine.summaries).select(itemColumns).where("notes.id", "=", noteId);
    const row = await ofNote.where("notes.resource", "is not", null).executeTakeFirst();
    return row && { noteId, resource: row.resource, itemId: row.item_id };
  },
}));

/** The kinds of events that wait for no other event of the same file. */
const FIRST_KINDS: FileEventKind[] = ["quarantined", "downloaded"];

/** Counts earlier events about the same upload. With `not exists` instead, PostgreSQL would list all events. */
function earlierEvents(eb: ExpressionBuilder<Tables, "file_events">) {
  return eb
    .selectFrom("file_events as earlier")
    .select(sql<number>`count(*)`.as("count"))
    .whereRef("earlier.file_id", "=", "file_events.file_id")
    .where((where) =>
      where.or([
        where("earlier.kind", "=", "quarantined"),
        where.and([where("file_events.kind", "=", "removed"), where("earlier.kind", "in", ["ready", "rejected"])]),
      ]),
    );
}

/** SQLite limits the number of values in one statement. */
const INSERTED_TOGETHER = 500;

function toRow(
  { id, kind, resource, itemId, file, url, visitor }: FileEvent,
  dueAt: number,
): Insertable<Tables["file_events"]> {
  const facts = url ?? visitor;
  const detail = facts === undefined ? null : JSON.stringify(facts);
  const event = { id, kind, resource, item_id: itemId, file: JSON.stringify(file), file_id: file.id, detail };
  return { ...event, due_at: dueAt, attempts: 0 };
}

function toEvent(row: Selectable<Tables["file_events"]>): LeasedFileEvent {
  const { id, kind, resource, item_id: itemId, attempts, due_at: leaseEndsAt } = row;
  const facts = row.detail === null ? undefined : JSON.parse(row.detail);
  const detail = kind === "downloaded" ? { url: facts } : { visitor: facts };
  return { id, kind, resource, itemId, file: JSON.parse(row.file), ...detail, attempts, leaseEndsAt };
}
