import type { Attachment } from "../../domain/attachment.ts";

/** What the database knows of the bucket, asked for a page of it at a time. */
export type InventoryQueries = {
  /** Which of these keys anything explains: a file that is there or coming, or a deletion that is queued. */
  known(objectKeys: readonly string[]): Promise<Set<string>>;
  /** The bucket's ids of the uploads in parts that are under way, or were completed, under these keys. */
  multipartsUnder(objectKeys: readonly string[]): Promise<Set<string>>;
  /** Files that are ready, in the order of their objects' keys; `upTo` undefined: to the end. */
  listReady(range: { after: string; upTo: string | undefined; limit: number }): Promise<Attachment[]>;
};
