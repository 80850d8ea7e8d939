import { type AttachmentState, type Checksum, isBeingVerified } from "../../domain/attachment.ts";
import type { Queries } from "../ports/index.ts";

/**
 * `objectKey`, `checksum` and `rejectReason` replace the values of the attachment, if they are set.
 * `uploadId` is undefined if the attachment has no upload, for example if a form created it.
 */
type Transition = {
  attachmentId: string;
  uploadId: string | undefined;
  from: AttachmentState;
  to: AttachmentState;
  objectKey?: string | undefined;
  checksum?: Checksum | undefined;
  rejectReason?: string | undefined;
};

/**
 * Moves an attachment and its upload from one state to another. Call it in a transaction.
 * It is the only way to change a state. Returns false if `from` is no longer the state. So if several callers (a completion, a
 * verification, an abort, the sweep) run at the same time, only one of them succeeds.
 */
export async function transitionUpload(queries: Queries, transition: Transition): Promise<boolean> {
  const { attachmentId, uploadId, from, to, objectKey, checksum, rejectReason } = transition;
  const change = {
    from,
    to,
    ...(objectKey && { objectKey }),
    ...(checksum && { checksum }),
    ...(rejectReason && { rejectReason }),
  };
  // A cascading deletion locks the attachment first. The same order here avoids a deadlock.
  if (!(await queries.attachments.transition(attachmentId, change))) return false;
  if (uploadId !== undefined) await queries.uploads.transition(uploadId, { from, to });
  if (isBeingVerified(from)) await queries.verifications.remove(attachmentId);
  return true;
}
