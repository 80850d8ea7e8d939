/*
 * The life of an upload, by the states of its row:
 *
 *  1. start.ts records what the client declares. The upload is `pending`, and its size counts in the quota.
 *  2. The client sends the bytes directly to the bucket, in one signed PUT or in several parts. parts.ts signs each part on request.
 *  3. complete.ts assembles the parts (assemble-parts.ts) and finds the stored object.
 *  4. stage.ts copies the object to a new key if a signed URL could still overwrite it.
 *  5. verify.ts compares the object with the declaration. decide.ts moves the upload to `ready` or `rejected`.
 *  6. If the verification is slow, decide.ts moves the upload to `verifying` or `scanning` instead, and queues the verification.
 *  7. The background loop of any replica reserves the verification. run-verification.ts moves the upload to `ready` or `rejected`.
 *  8. abort.ts moves an unfinished upload to `aborted` when the client asks for this.
 *  9. The sweep calls expire.ts, which moves a `pending` upload to `expired` after its signed URLs have expired.
 * 10. Only transition.ts writes states. objects-of-upload.ts queues the deletion of the objects of an ended upload.
 *
 * attach-form.ts is the exception: the server streams the file of a form, so its attachment starts as `ready` or `scanning`.
 */

export { abortUpload } from "./abort.ts";
export { attachFile } from "./attach-form.ts";
export { completeUpload } from "./complete.ts";
export type { StartedUpload } from "./declared-upload.ts";
export { expireUploads } from "./expire.ts";
export { getUpload, signParts, type UploadProgress } from "./parts.ts";
export { claimVerification, RENEW_MS, renewVerification, runVerification } from "./run-verification.ts";
export { startUpload } from "./start.ts";
