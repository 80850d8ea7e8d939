import type { Attachment } from "../../domain/attachment.ts";

/** Queries that compare the database with the bucket, page by page. */
export type InventoryQueries = {
  /** Returns the keys that a row refers to: an attachment, an upload in progress, a reservation or a queued deletion. */
  known(objectKeys: readonly string[]): Promise<Set<string>>;
  /** Returns the bucket's ids of the pending and completed multipart uploads under these keys. */
  multipartsUnder(objectKeys: readonly string[]): Promise<Set<string>>;
  /** Ready attachments, in the order of their object keys. `upTo` undefined: to the end. */
  listReady(range: { after: string; upTo: string | undefined; limit: number }): Promise<Attachment[]>;
};
