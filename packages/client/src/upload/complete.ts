import { ValetKeyError } from "../errors.ts";
import type { AttachmentState } from "../wire.ts";
import { callService } from "./call-service.ts";
import { findUpload, uploadPath } from "./open-upload.ts";
import type { FinishedFile, OpenUpload, UploadContext } from "./upload-context.ts";

/** The time limit of a completion: the bucket must assemble up to 10,000 parts, and the service may read a large file. Milliseconds. */
const COMPLETION_MS = 900_000;
/** The first pause between polls of the verification. Each pause is 1.5 times as long as the previous pause. Milliseconds. */
const POLL_MS = 500;
const MAX_POLL_MS = 10_000;

/**
 * Completes the upload. The service then assembles and verifies the file. Returns the file once it is ready or quarantined.
 * Throws `upload_rejected`, or `upload_incomplete` if the bucket does not have all bytes.
 */
export async function complete<File extends FinishedFile>(context: UploadContext, upload: OpenUpload): Promise<File> {
  context.progress.enter("completing");
  const path = `${uploadPath(context, upload.uploadId)}/complete`;
  const request = { method: "POST", path, body: {}, withinMs: COMPLETION_MS };
  const file = await callService<File>(context, request);
  return isFinal(file.state) ? file : waitForVerification<File>(context, upload);
}

/** Polls the service until it has verified the file. The verification can take longer than one request. */
export async function waitForVerification<File extends FinishedFile>(
  context: UploadContext,
  { uploadId, attachmentId }: OpenUpload,
): Promise<File> {
  context.progress.enter("completing");
  for (let pauseMs = POLL_MS; ; pauseMs = Math.min(MAX_POLL_MS, pauseMs * 1.5)) {
    const upload = await findUpload(context, uploadId);
    if (upload !== undefined && isFinal(upload.state)) {
      return callService<File>(context, context.receiver.result({ uploadId, attachmentId }));
    }
    if (upload?.state === "rejected") {
      throw new ValetKeyError("upload_rejected", upload.reason ?? "The file did not pass the verification.");
    }
    if (upload === undefined || upload.state === "aborted" || upload.state === "expired") {
      throw new ValetKeyError("upload_not_pending", `The upload is ${upload?.state ?? "deleted"}. Start a new one.`);
    }
    await context.platform.sleep(pauseMs, context.signal);
  }
}

function isFinal(state: AttachmentState): boolean {
  return state === "ready" || state === "quarantined";
}
