import { ValetKeyError } from "../errors.ts";
import type { Attachment } from "../wire.ts";
import { abandon } from "./abandon.ts";
import { complete, untilChecked } from "./complete.ts";
import { findUpload, type OpenUpload, openUpload, startUpload } from "./open-upload.ts";
import { isLost, sendParts } from "./send-parts.ts";
import { sendPut } from "./send-put.ts";
import type { Session } from "./session.ts";

/** How often what the service finds missing is sent again. */
const MAX_ROUNDS = 3;

/** From the file to a ready attachment. `onOpened` hears which upload it is, as soon as that is known. */
export async function runUpload(
  session: Session,
  { onOpened }: { onOpened: (upload: OpenUpload) => void },
): Promise<Attachment> {
  let upload = await openUpload(session);
  for (let isSecond = false; ; isSecond = true) {
    onOpened(upload);
    try {
      return await bringOver(session, { upload, onOpened });
    } catch (error) {
      if (isSecond || !(await mayStartAnew(session, { upload, error }))) throw error;
      session.progress.reset();
      upload = await startUpload(session, undefined);
    }
  }
}

async function bringOver(
  session: Session,
  options: { upload: OpenUpload; onOpened: (upload: OpenUpload) => void },
): Promise<Attachment> {
  let { upload } = options;
  for (let round = 1; ; round += 1) {
    if (upload.kind === "over") return untilChecked(session, upload);
    if (upload.kind === "multipart") await sendParts(session, upload);
    else {
      upload = await sendPut(session, upload);
      options.onOpened(upload);
    }
    try {
      return await complete(session, upload);
    } catch (error) {
      const isIncomplete = error instanceof ValetKeyError && error.code === "upload_incomplete";
      if (!isIncomplete || round === MAX_ROUNDS) throw error;
      session.progress.reset();
    }
  }
}

/** An upload whose time ran out while it was interrupted is begun again, once; one that somebody gave up stays so. */
async function mayStartAnew(session: Session, { upload, error }: { upload: OpenUpload; error: unknown }) {
  if (!(error instanceof ValetKeyError)) return false;
  const isGone = isLost(error) || error.code === "upload_not_found" || error.code === "upload_not_pending";
  if (!isGone) return false;
  const current = await findUpload(session, upload.uploadId);
  // The bucket has lost its parts: it would only take up room in the quota until it expires.
  if (current?.state === "pending") return abandon(session, upload.uploadId);
  return current === undefined || current.state === "expired";
}
