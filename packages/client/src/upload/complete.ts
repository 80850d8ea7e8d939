import { ValetKeyError } from "../errors.ts";
import type { Attachment } from "../wire.ts";
import { findUpload, type OpenUpload, uploadPath } from "./open-upload.ts";
import { ask, COMPLETION_MS, type Session } from "./session.ts";

/** How soon to look again whether a file has been checked; grows by half each time. Milliseconds. */
const LOOK_AGAIN_MS = 500;
const LOOK_AGAIN_MAX_MS = 10_000;

/**
 * Has the service put the file together and look at it. Answers the attachment when it is ready.
 * Throws `upload_rejected`, and `upload_incomplete` when something has to be sent again.
 */
export async function complete(session: Session, upload: OpenUpload): Promise<Attachment> {
  session.progress.enter("completing");
  const path = `${uploadPath(upload.uploadId)}/complete`;
  const attachment = await ask<Attachment>(session, { method: "POST", path, body: {}, withinMs: COMPLETION_MS });
  return attachment.state === "ready" ? attachment : untilChecked(session, upload);
}

/** Some checks take longer than a request: waits for their result. */
export async function untilChecked(session: Session, { uploadId, attachmentId }: OpenUpload): Promise<Attachment> {
  session.progress.enter("completing");
  for (let pauseMs = LOOK_AGAIN_MS; ; pauseMs = Math.min(LOOK_AGAIN_MAX_MS, pauseMs * 1.5)) {
    const upload = await findUpload(session, uploadId);
    if (upload?.state === "ready") {
      return ask<Attachment>(session, { method: "GET", path: `/attachments/${encodeURIComponent(attachmentId)}` });
    }
    if (upload?.state === "rejected") {
      throw new ValetKeyError("upload_rejected", upload.reason ?? "The file did not pass the service's checks.");
    }
    if (upload === undefined || upload.state === "aborted" || upload.state === "expired") {
      throw new ValetKeyError(
        "upload_not_pending",
        `The upload is over (${upload?.state ?? "gone"}); start a new one.`,
      );
    }
    await session.platform.sleep(pauseMs, session.signal);
  }
}
