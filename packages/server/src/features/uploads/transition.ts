import type { Checksum } from "../../platform/bucket/port.ts";
import type { Tx } from "../../platform/database/queries.ts";
import type { AttachmentState } from "../../platform/database/unions.ts";
import { isBeingVerified } from "../access/attachment.ts";
import { attachmentQueries } from "../attachments/queries.ts";
import { uploadQueries } from "./queries.ts";
import { verificationQueries } from "./verification-queries.ts";

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
export async function transitionUpload(queries: Tx, transition: Transition): Promise<boolean> {
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
  if (!(await attachmentQueries(queries).transition(attachmentId, change))) return false;
  if (uploadId !== undefined) await uploadQueries(queries).transition(uploadId, { from, to });
  if (isBeingVerified(from)) await verificationQueries(queries).remove(attachmentId);
  return true;
}
