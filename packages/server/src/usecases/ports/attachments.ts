import type { Attachment, AttachmentState, Checksum } from "../../domain/attachment.ts";
import type { Quota } from "../../domain/usage.ts";

export type AttachmentQueries = {
  /**
   * Takes room for the file, as it does with every change of a state and gives it back with every removal, so that usage is always what
   * the rows say. `settles`: the room that a form upload reserved under this key is part of it. Throws `quota_exceeded`.
   */
  insert(attachment: Attachment, options?: { quota?: Quota; settles?: boolean }): Promise<void>;
  /** Moves `from` -> `to` and says whether it was there: the only way a state changes, so that two callers can't both win. */
  transition(
    attachmentId: string,
    change: {
      from: AttachmentState;
      to: AttachmentState;
      objectKey?: string;
      checksum?: Checksum;
      rejectReason?: string;
    },
  ): Promise<boolean>;
  find(attachmentId: string): Promise<Attachment | undefined>;
  delete(attachmentId: string): Promise<void>;
  /** In order of creation. */
  listOfNote(noteId: string): Promise<Attachment[]>;
  /** All attachments of several notes in one query, for lists of notes. */
  listOfNotes(noteIds: readonly string[]): Promise<Map<string, Attachment[]>>;
  findByObjectKey(objectKey: string): Promise<Attachment | undefined>;
  /** By id; those that are gone are absent. One query. */
  filenamesOf(attachmentIds: readonly string[]): Promise<Map<string, string>>;
};
