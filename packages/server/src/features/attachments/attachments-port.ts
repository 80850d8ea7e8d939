import type { Checksum } from "../../platform/bucket/port.ts";
import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { AttachmentState, Role } from "../../platform/database/unions.ts";
import type { Attachment } from "../access/attachment.ts";
import type { Quota } from "../usage/usage.ts";

/** The person for whom a list of attachments is made, and their role on the note. */
export type NoteReader = { userId: string; role: Role | undefined };

export type AttachmentQueries = {
  /**
   * Inserts an attachment and adds its size to the usage of the owner. Changes of the state and deletions also update the usage, so the
   * usage always matches the rows. `settles`: the attachment replaces the reservation with the same object key. Throws `quota_exceeded`.
   */
  insert(attachment: Attachment, options?: { quota?: Quota; settles?: boolean }): Promise<void>;
  /**
   * Changes the state from `from` to `to`. Returns false if the attachment has another state now. So if two callers try this at the same
   * time, only one of them succeeds.
   */
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
  /** Changes the filename. Returns false if the attachment is not `ready`. */
  rename(attachmentId: string, filename: string): Promise<boolean>;
  /** Does not find attachments in the trash. The queries below do not find them either, except where their comments say so. */
  find(attachmentId: string): Promise<Attachment | undefined>;
  /** Locks the attachment until the transaction ends. Returns false if the attachment does not exist any more, or is in the trash. */
  hold(attachmentId: string): Promise<boolean>;
  /** Deletes attachments of one owner. */
  delete(...attachmentIds: string[]): Promise<void>;
  /**
   * Returns the attachments of the note in any order, even those that no list shows, and those in the trash. Locks them until the
   * transaction ends. `isPending`: returns only pending attachments. `limit`: the maximum number. Default: no limit.
   */
  listOfNote(noteId: string, only?: { isPending?: boolean; limit?: number }): Promise<Attachment[]>;
  /**
   * Returns one page of the attachments that lists show for this note, in order of creation. With `reader`, the page contains
   * rejected attachments only if this user uploaded them. A viewer does not see what `isHiddenFrom` hides.
   */
  pageOfNote(noteId: string, page: PageRequest & { reader?: NoteReader | undefined }): Promise<Page<Attachment>>;
  /** Counts the attachments that lists show to people with this role on the note, but not the rejected ones. */
  countOfNote(noteId: string, role?: Role): Promise<number>;
  /** Also finds an attachment in the trash, because the bucket still stores its object. */
  findByObjectKey(objectKey: string): Promise<Attachment | undefined>;
  /** Returns the ids of those attachments that `isHiddenFrom` hides from viewers, with one query. */
  hiddenFromViewers(attachmentIds: readonly string[]): Promise<Set<string>>;
  /** Returns the filenames by attachment id, with one query. The map does not contain deleted attachments. */
  filenamesOf(attachmentIds: readonly string[]): Promise<Map<string, string>>;
};
