import type { Attachment } from "../access/attachment.ts";

/** The queries that help to compare the database with the bucket, page by page. */
export type InventoryQueries = {
  /**
   * Returns those object keys of the list that a row refers to. The row is an attachment, an upload in progress, a reservation or a queued
   * deletion.
   */
  known(objectKeys: readonly string[]): Promise<Set<string>>;
  /** Returns the ids that the bucket gave to the pending and completed multipart uploads of these keys. */
  multipartsUnder(objectKeys: readonly string[]): Promise<Set<string>>;
  /**
   * Lists the ready attachments whose object key is in the range, in the order of the keys. If `upTo` is undefined, the range includes all
   * keys after `after`.
   */
  listReady(range: { after: string; upTo: string | undefined; limit: number }): Promise<Attachment[]>;
};
