import type { Selectable } from "kysely";
import type { Tables } from "./schema.ts";

export type AuditRow = Selectable<Tables["audit_events"]>;

/** Reads the URL events that are still in the journal of SQLite, and not yet in the table of audit events. */
export type UrlJournal = {
  /** Finds the newest events that belong to a note or an owner and are older than the event `before`. */
  find(query: {
    column: "note_id" | "owner_id";
    value: string;
    before: string | undefined;
    routine: "include" | "omit";
    limit: number;
  }): AuditRow[];
  /** Finds the oldest events in a range of ids that have the action `url.issued`. `ownerId` null: the events of every owner. */
  findUrls(range: {
    ownerId: string | null;
    after: string;
    before: string;
    limit: number;
  }): Pick<AuditRow, "id" | "note_id" | "attachment_ids">[];
};
