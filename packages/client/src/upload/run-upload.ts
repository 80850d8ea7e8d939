import { ValetKeyError } from "../errors.ts";
import { complete, waitForVerification } from "./complete.ts";
import { abortUpload, findUpload, openUpload, startUpload } from "./open-upload.ts";
import { isLost, sendParts } from "./send-parts.ts";
import { sendPut } from "./send-put.ts";
import type { FinishedFile, OpenUpload, UploadContext } from "./upload-context.ts";

/** How many times the client tries to send all bytes, if the service does not find all of them in the bucket. */
const MAX_ROUNDS = 3;

/**
 * Uploads the file, and returns the finished file. Sets `context.opened` to the upload that it started or resumed last.
 */
export async function runUpload<File extends FinishedFile>(context: UploadContext): Promise<File> {
  let upload = await openUpload(context);
  for (let isRestart = false; ; isRestart = true) {
    try {
      return await sendAndComplete<File>(context, upload);
    } catch (error) {
      if (isRestart || !(await canRestart(context, { upload, error }))) throw error;
      context.progress.reset();
      upload = await startUpload(context, undefined);
    }
  }
}

async function sendAndComplete<File extends FinishedFile>(context: UploadContext, opened: OpenUpload): Promise<File> {
  let upload = opened;
  for (let round = 1; ; round += 1) {
    context.opened = upload;
    if (upload.kind === "sent") return waitForVerification<File>(context, upload);
    if (upload.kind === "multipart") await sendParts(context, upload);
    else upload = await sendPut(context, upload);
    context.opened = upload;
    try {
      return await complete<File>(context, upload);
    } catch (error) {
      const isIncomplete = error instanceof ValetKeyError && error.code === "upload_incomplete";
      if (!isIncomplete || round === MAX_ROUNDS) throw error;
      context.progress.reset();
    }
  }
}

/**
 * Returns whether the client can start the upload again. That is possible if the upload has expired, or if the bucket has lost its parts. If
 * the parts are lost, the function also aborts the old upload. Returns false if somebody aborted the upload.
 */
async function canRestart(context: UploadContext, { upload, error }: { upload: OpenUpload; error: unknown }) {
  if (!(error instanceof ValetKeyError)) return false;
  const isGone = isLost(error) || error.code === "upload_not_found" || error.code === "upload_not_pending";
  if (!isGone) return false;
  const current = await findUpload(context, upload.uploadId);
  // The bucket has lost the parts. Without an abort, the old upload would use the quota until it expires.
  if (current?.state === "pending") return abortUpload(context, upload.uploadId);
  return current === undefined || current.state === "expired";
}
