import { ValetKeyError } from "../errors.ts";
import type { Attachment } from "../wire.ts";
import { callService } from "./call-service.ts";
import { findUpload, uploadPath } from "./open-upload.ts";
import type { OpenUpload, UploadContext } from "./upload-context.ts";

/** A bucket needs time to assemble 10,000 parts, and the service to read a large file. Milliseconds. */
const COMPLETION_MS = 900_000;
/** The first pause between polls of the verification. Each pause is longer by half. Milliseconds. */
const POLL_MS = 500;
const MAX_POLL_MS = 10_000;

/**
 * Completes the upload at the service, which assembles and verifies the file. Returns the attachment once it is ready.
 * Throws `upload_rejected`, and `upload_incomplete` when the bucket lacks bytes.
 */
export async function complete(context: UploadContext, upload: OpenUpload): Promise<Attachment> {
  context.progress.enter("completing");
  const path = `${uploadPath(upload.uploadId)}/complete`;
  const request = { method: "POST", path, body: {}, withinMs: COMPLETION_MS };
  const attachment = await callService<Attachment>(context, request);
  return attachment.state === "ready" ? attachment : waitForVerification(context, upload);
}

/** Polls the service until it has verified the file, which can take longer than one request. */
export async function waitForVerification(
  context: UploadContext,
  { uploadId, attachmentId }: OpenUpload,
): Promise<Attachment> {
  context.progress.enter("completing");
  for (let pauseMs = POLL_MS; ; pauseMs = Math.min(MAX_POLL_MS, pauseMs * 1.5)) {
    const upload = await findUpload(context, uploadId);
    if (upload?.state === "ready") {
      const path = `/attachments/${encodeURIComponent(attachmentId)}`;
      return callService<Attachment>(context, { method: "GET", path });
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
