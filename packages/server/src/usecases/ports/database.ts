import type { AuditEvent } from "../../domain/audit-event.ts";
import type { BucketCapabilities } from "../../domain/bucket-capabilities.ts";
import type { AccessQueries } from "./access.ts";
import type {
  AttachmentQueries,
  InventoryQueries,
  ObjectDeletionQueries,
  UploadQueries,
  UsageQueries,
  VerificationQueries,
} from "./files.ts";
import type { NoteQueries, ShareQueries } from "./notes.ts";
import type { Page, PageRequest } from "./page.ts";
import type { ApiTokenQueries, PeopleQueries } from "./people.ts";

/** Business events are written in the transaction of their change. */
export type AuditWriter = { add(event: AuditEvent): Promise<void> };

/** URL events are many and small, so they share commits. */
export type UrlAuditLog = {
  /** Resolves when the event is on disk, within a few milliseconds. Rejects with `database_unavailable`. */
  record(event: AuditEvent): Promise<void>;
  /** Flushes the waiting events and accepts no more. */
  close(): Promise<void>;
};

export type AuditQueries = AuditWriter & {
  listOfNote(noteId: string, page: PageRequest): Promise<Page<AuditEvent>>;
  listOfOwner(ownerId: string, page: PageRequest): Promise<Page<AuditEvent>>;
};

/** Probed capabilities by bucket. `place` is the endpoint and name of the bucket. Instants are milliseconds since the epoch. */
export type BucketCapabilityQueries = {
  find(place: string): Promise<{ capabilities: BucketCapabilities; askedAt: number } | undefined>;
  put(answer: { place: string; capabilities: BucketCapabilities; askedAt: number }): Promise<void>;
};

/** The queries inside or outside a transaction. */
export type Queries = {
  access: AccessQueries;
  notes: NoteQueries;
  attachments: AttachmentQueries;
  uploads: UploadQueries;
  shares: ShareQueries;
  people: PeopleQueries;
  apiTokens: ApiTokenQueries;
  objectDeletions: ObjectDeletionQueries;
  verifications: VerificationQueries;
  bucketCapabilities: BucketCapabilityQueries;
  usage: UsageQueries;
  inventory: InventoryQueries;
  audit: AuditQueries;
};

/** The database. While it is unreachable, every call rejects with `database_unavailable`. */
export type Database = Queries & {
  /** All or nothing, durable when it resolves (SQLite: synchronous=FULL). */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  urlAudit: UrlAuditLog;
  /** Runs one query. Rejects with `database_unavailable`. */
  probe(): Promise<void>;
  close(): Promise<void>;
};
