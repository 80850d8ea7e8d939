import type { FileEvent, ItemName } from "./file-event.ts";

/** A file event that one replica has reserved. `attempts`: how often replicas have reserved it, including this time. */
export type ClaimedFileEvent = FileEvent & { attempts: number; leaseEndsAt: number };

/**
 * The durable outbox of file events. The service calls a hook of the host application for each event. Instants are milliseconds since the
 * epoch.
 */
export type FileEventQueries = {
  /** Adds an event. Call it in the transaction that ends the upload. */
  insert(event: FileEvent, options: { dueAt: number }): Promise<void>;
  /** Reserves due events of these resources for this replica, the oldest first. When the lease ends, the events are due again. */
  claim(claim: {
    now: number;
    leaseEndsAt: number;
    resources: readonly string[];
    limit: number;
  }): Promise<ClaimedFileEvent[]>;
  /** Removes a delivered event. */
  remove(eventId: string): Promise<void>;
  /** Makes an event due at `dueAt`. Does nothing if another replica has reserved the event in the meantime. */
  postpone(claimed: Pick<ClaimedFileEvent, "id" | "leaseEndsAt">, change: { dueAt: number }): Promise<void>;
  /** Returns the item whose files belong to this note. */
  itemOfNote(noteId: string): Promise<(ItemName & { noteId: string }) | undefined>;
};
