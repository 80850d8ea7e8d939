import { type AttachmentState, type Checksum, isBeingChecked } from "../../domain/attachment.ts";
import type { Queries } from "../ports/index.ts";

/** Where an attachment goes, and what is known of it then. `uploadId` undefined: no upload of its own, as of a form. */
export type Move = {
  attachmentId: string;
  uploadId: string | undefined;
  from: AttachmentState;
  to: AttachmentState;
  /** Where its object is from now on. */
  objectKey?: string | undefined;
  checksum?: Checksum | undefined;
  rejectReason?: string | undefined;
};

/**
 * The one way in which an attachment and its upload change state, to be called in a transaction: from where they were seen, or not at
 * all. Says whether they were there, so that of several who decide (a completion, its background check, an abort, the sweep) one wins.
 */
export async function moveUpload(queries: Queries, move: Move): Promise<boolean> {
  const { attachmentId, uploadId, from, to, objectKey, checksum, rejectReason } = move;
  // The attachment first, as a deletion that cascades takes them, so that neither waits for the other.
  const known = {
    ...(objectKey && { objectKey }),
    ...(checksum && { checksum }),
    ...(rejectReason && { rejectReason }),
  };
  if (!(await queries.attachments.transition(attachmentId, { from, to, ...known }))) return false;
  if (uploadId !== undefined) await queries.uploads.transition(uploadId, { from, to });
  if (isBeingChecked(from)) await queries.contentChecks.remove(attachmentId);
  return true;
}
