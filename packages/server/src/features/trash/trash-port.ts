import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { Role } from "../../platform/database/unions.ts";
import type { Attachment } from "../access/attachment.ts";

/**
 * An item in the trash: a note with its attachments, or one attachment of a note that is not in the trash. Instants are milliseconds since
 * the epoch.
 */
export type TrashItem = {
  /** A UUIDv7, so that ids sort by the time of the deletion. */
  id: string;
  noteId: string;
  noteTitle: string;
  ownerId: string;
  /** Undefined: the item is the note. */
  attachment: Attachment | undefined;
  deletedBy: string;
  deletedAt: number;
};

/** An item in a list, with the number and the total size of its files. */
export type ListedTrashItem = TrashItem & { files: number; sizeBytes: number };

export type TrashSubject = { noteId: string } | { attachmentId: string };

/** Only these queries and the queries for object keys find items in the trash. All other queries ignore the trash. */
export type TrashQueries = {
  /**
   * Moves a note to the trash. Its attachments do not change, because the note decides whether they are in the trash. The caller must have
   * locked the note.
   */
  putNote(item: Omit<TrashItem, "noteTitle" | "attachment">): Promise<void>;
  /** Moves an attachment to the trash. Returns false if the attachment does not exist any more. The caller must have locked the note. */
  putAttachment(attachmentId: string, item: Omit<TrashItem, "noteTitle" | "attachment">): Promise<boolean>;
  /**
   * Returns the item and the role of the user on its note, and locks the note until the transaction ends.
   * Returns undefined if the item is not in the trash, or if it is an attachment and its note is in the trash too.
   */
  hold(subject: TrashSubject, userId: string): Promise<{ item: TrashItem; role: Role | undefined } | undefined>;
  /** Restores the item from the trash. The caller must have locked the item. */
  restore(item: TrashItem): Promise<void>;
  /** Lists the items that the user may restore. The item that was deleted last comes first. */
  listFor(userId: string, page: PageRequest): Promise<Page<ListedTrashItem>>;
  /**
   * Lists the items that were deleted at `before` or earlier. The item with the earliest deletion comes first. Skips attachments whose note
   * is in the trash.
   */
  listOld(before: number, limit: number): Promise<TrashItem[]>;
  /** Makes a note absent for everybody for ever, and queues its permanent deletion. The caller must have locked the note. */
  startPurge(noteId: string): Promise<void>;
  /** Returns a note whose permanent deletion is queued. */
  nextToPurge(): Promise<string | undefined>;
  /** Locks a note whose permanent deletion is queued. Returns false if another replica has deleted the note. */
  holdToPurge(noteId: string): Promise<boolean>;
};
