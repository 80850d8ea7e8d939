import type { Item } from "./item.ts";

export type ItemQueries = {
  /** Inserts an item. Call it in a transaction, after the insert of the note. Throws if another transaction has inserted the same item. */
  insert(item: Item): Promise<void>;
  /** Returns the items of attachments, by attachment id. Runs one query. The map does not contain unknown ids. */
  findOfAttachments(attachmentIds: readonly string[]): Promise<Map<string, Item>>;
};
