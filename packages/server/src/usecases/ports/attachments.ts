import type { Attachment, AttachmentState, Checksum } from "../../domain/attachment.ts";
import type { Quota } from "../../domain/usage.ts";
import type { Page, PageRequest } from "./page.ts";

export type AttachmentQueries = {
  /**
   * Inserts an attachment and adds it to the usage of the owner. Transitions and deletions also update the usage, so it always matches
   * the rows. `settles`: uses up the reservation under this object key. Throws `quota_exceeded`.
   */
  insert(attachment: Attachment, options?: { quota?: Quota; settles?: boolean }): Promise<void>;
  /** Changes the state. False: the state is no longer `from`. So of two callers only one succeeds. */
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
  /** Changes the name. False: the attachment is not `ready`. */
  rename(attachmentId: string, filename: string): Promise<boolean>;
  /** This query, and the queries below unless their comment differs, do not find attachments in the trash. */
  find(attachmentId: string): Promise<Attachment | undefined>;
  /** Locks the attachment until the transaction ends. False: it does not exist any more, or is in the trash. */
  hold(attachmentId: string): Promise<boolean>;
  delete(attachmentId: string): Promise<void>;
  /** All attachments of the note in order of creation, including unlisted ones and those in the trash. Locks them until the transaction ends. */
  listOfNote(noteId: string): Promise<Attachment[]>;
  /** A page of the listed attachments of the note, in order of creation. `sentBy`: the page has only those rejected attachments that this user sent. */
  pageOfNote(noteId: string, page: PageRequest & { sentBy?: string | undefined }): Promise<Page<Attachment>>;
  /** The number of listed attachments of the note that are not rejected. */
  countOfNote(noteId: string): Promise<number>;
  /** Also finds an attachment in the trash, because it still has its object. */
  findByObjectKey(objectKey: string): Promise<Attachment | undefined>;
  /** Filenames by id. Deleted attachments are absent. One query. */
  filenamesOf(attachmentIds: readonly string[]): Promise<Map<string, string>>;
};
