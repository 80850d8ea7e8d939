import type { Attachment, AttachmentState, Checksum } from "../../domain/attachment.ts";
import type { Quota } from "../../domain/usage.ts";

export type AttachmentQueries = {
  /**
   * Inserts an attachment and adds it to the usage of the owner. Transitions and deletions also update the usage, so it always matches
   * the rows. `settles`: uses up the reservation under this object key. Throws `quota_exceeded`.
   */
  insert(attachment: Attachment, options?: { quota?: Quota; settles?: boolean }): Promise<void>;
  /** Changes the state. False: the state is not `from` any more, so of two callers only one succeeds. */
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
  /** Filenames by id. Deleted attachments are absent. One query. */
  filenamesOf(attachmentIds: readonly string[]): Promise<Map<string, string>>;
};
