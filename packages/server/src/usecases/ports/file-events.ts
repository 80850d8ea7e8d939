import type { FileEvent } from "../../domain/item.ts";

/** `attempts`: the number of claims, including this one. */
export type ClaimedFileEvent = FileEvent & { attempts: number; leaseEndsAt: number };

/** The durable outbox of events for the hooks of an application. Instants are milliseconds since the epoch. */
export type FileEventQueries = {
  /** Call it in the transaction that ends the upload. */
  insert(event: FileEvent, options: { dueAt: number }): Promise<void>;
  /** Claims due events of these resources, the oldest first. They are due again when the lease ends. */
  claim(claim: {
    now: number;
    leaseEndsAt: number;
    resources: readonly string[];
    limit: number;
  }): Promise<ClaimedFileEvent[]>;
  /** Removes a delivered event. */
  remove(eventId: string): Promise<void>;
  /** Makes an event due at `dueAt`. Does nothing when another replica has claimed it. */
  postpone(claimed: Pick<ClaimedFileEvent, "id" | "leaseEndsAt">, change: { dueAt: number }): Promise<void>;
};
