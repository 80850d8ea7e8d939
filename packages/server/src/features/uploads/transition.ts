import type { Checksum } from "../../platform/bucket/port.ts";
import type { Queries } from "../../platform/database/port.ts";
import type { AttachmentState } from "../../platform/database/unions.ts";
import { isBeingVerified } from "../access/attachment.ts";

/**
 * A change of the state of an attachment. If `objectKey`, `checksum` or `rejectReason` is set, it replaces the value of the attachment.
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
 * Moves an attachment and its upload from one state to another. Call it in a transaction. Only the completion of an upload changes both
 * states in another way. Returns false if the state is not `from` any more. A completion, a verification, an abort and the sweep can run at
 * the same time, and only one of them succeeds.
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
  // Changes the attachment before its upload, because a cascading deletion also locks the attachment first. The same order avoids a
  // deadlock.
  if (!(await queries.attachments.transition(attachmentId, change))) return false;
  if (uploadId !== undefined) await queries.uploads.transition(uploadId, { from, to });
  if (isBeingVerified(from)) await queries.verifications.remove(attachmentId);
  return true;
}
