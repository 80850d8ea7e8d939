import type { Selectable } from "kysely";
import { defineQueries, type Tx } from "../../platform/database/queries.ts";
import type { Tables } from "../../platform/database/schema.ts";
import type { FileEventKind } from "../../platform/database/unions.ts";
import type { Attachment } from "../access/attachment.ts";
import { idInApplication } from "../access/caller.ts";

/** The name of an item in the application. */
export type ItemName = { resource: string; itemId: string };

/**
 * An event that reports the end of an upload. A hook of the application receives this event at least once. The `id` of the event is the
 * same at each delivery.
 */
type FileEvent = ItemName & { id: string; kind: FileEventKind; file: Attachment };

/** A file event that one replica has leased. `attempts`: how often replicas have leased the event, including this time. */
export type LeasedFileEvent = FileEvent & { attempts: number; leaseEndsAt: number };

/** Queues a call of the application's hook, in the transaction that ends the upload. Does nothing if the file belongs to no item. */
export async function recordFileEvent(
  queries: Tx,
  { id, kind, attachment, now }: { id: string; kind: FileEventKind; attachment: Attachment; now: number },
): Promise<void> {
  if (idInApplication(attachment.createdBy) === undefined) return;
  const item = await fileEventQueries(queries).itemOfNote(attachment.noteId);
  if (item === undefined) return;
  const { resource, itemId } = item;
  await fileEventQueries(queries).insert({ id, kind, resource, itemId, file: attachment }, { dueAt: now });
}

/**
 * The durable outbox of file events. The service calls a hook of the host application for each event. Instants are milliseconds since the
 * epoch.
 */
export const fileEventQueries = defineQueries("database.fileEvents", ({ kysely: db, engine }) => ({
  /** Adds an event. The caller must call `insert` in the transaction that ends the upload. */
  async insert({ id, kind, resource, itemId, file }: FileEvent, { dueAt }: { dueAt: number }): Promise<void> {
    const event = { id, kind, resource, item_id: itemId, file: JSON.stringify(file) };
    await db
      .insertInto("file_events")
      .values({ ...event, due_at: dueAt, attempts: 0 })
      .execute();
  },

  /** Leases the oldest due events of these resources to this replica. When the lease ends, the events are due again. */
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
      .orderBy("due_at")
      .orderBy("id")
      .limit(limit)
      .execute();
    const leased: LeasedFileEvent[] = [];
    for (const seen of due) {
      // The update changes the row only if `due_at` still has the value that this replica has read. Therefore only one replica can lease
      // the row.
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

  /** Makes an event due at `dueAt`. Does nothing if another replica has leased the event in the meantime. */
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

  /** Returns the item whose files belong to this note. */
  async itemOfNote(noteId: string): Promise<(ItemName & { noteId: string }) | undefined> {
    const row = await db.selectFrom("items").selectAll().where("note_id", "=", noteId).executeTakeFirst();
    return row && { noteId: row.note_id, resource: row.resource, itemId: row.item_id };
  },
}));

function toEvent(row: Selectable<Tables["file_events"]>): LeasedFileEvent {
  const { id, kind, resource, item_id: itemId, attempts, due_at: leaseEndsAt } = row;
  return { id, kind, resource, itemId, file: JSON.parse(row.file), attempts, leaseEndsAt };
}
