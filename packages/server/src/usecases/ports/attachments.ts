import type { Attachment, AttachmentState, Checksum } from "../../domain/attachment.ts";
import type { Quota } from "../../domain/usage.ts";
import type { Page, PageRequest } from "./page.ts";

export type AttachmentQueries = {
  /**
   * Inserts an attachment and adds it to the usage of the owner. Transitions and deletions also update the usage, so it always matches
   * the rows. `settles`: the attachment replaces the reservation under this object key. Throws `quota_exceeded`.
   */
  insert(attachment: Attachment, options?: { quota?: Quota; settles?: boolean }): Promise<void>;
  /** Changes the state. Returns false if the state is no longer `from`. So only one of two callers succeeds. */
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
  /** Changes the name. Returns false if the attachment is not `ready`. */
  rename(attachmentId: string, filename: string): Promise<boolean>;
  /** Does not find attachments in the trash. The same is true for the queries below, except where their comments say otherwise. */
  find(attachmentId: string): Promise<Attachment | undefined>;
  /** Locks the attachment until the transaction ends. Returns false if the attachment does not exist any more, or is in the trash. */
  hold(attachmentId: string): Promise<boolean>;
  delete(attachmentId: string): Promise<void>;
  /**
   * All attachments of the note in order of creation, including unlisted ones and those in the trash. Locks them until the transaction
   * ends.
   */
  listOfNote(noteId: string): Promise<Attachment[]>;
  /**
   * Returns one page of the listed attachments of the note, in order of creation. With `sentBy`, the page has a rejected attachment only if this
   * user sent it.
   */
  pageOfNote(noteId: string, page: PageRequest & { sentBy?: string | undefined }): Promise<Page<Attachment>>;
  /** Counts the listed attachments of the note that are not rejected. */
  countOfNote(noteId: string): Promise<number>;
  /** Also finds an attachment in the trash, because it still has its object. */
  findByObjectKey(objectKey: string): Promise<Attachment | undefined>;
  /** Filenames by id. Deleted attachments are absent. One query. */
  filenamesOf(attachmentIds: readonly string[]): Promise<Map<string, string>>;
};
