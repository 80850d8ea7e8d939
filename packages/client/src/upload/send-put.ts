import { abortUpload, startUpload } from "./open-upload.ts";
import { refused, sendPiece } from "./send-piece.ts";
import type { OpenUpload, UploadContext } from "./upload-context.ts";

type PutUpload = OpenUpload & { kind: "put" };

/** How many signatures the bucket may refuse before the upload fails. */
const MAX_SIGNATURES = 3;

/** Sends a file in one PUT. Returns the upload that got the file. If the given upload has expired, the function returns a new upload. */
export async function sendPut(context: UploadContext, opened: PutUpload): Promise<OpenUpload> {
  let upload = opened;
  for (let signatures = 1; ; signatures += 1) {
    const outcome = await sendOnce(context, upload);
    // `occupied`: an earlier attempt succeeded, but its response was lost. On completion, the service verifies that the object is this file.
    if (outcome !== "expired") return upload;
    if (signatures === MAX_SIGNATURES) throw refused(403, "");
    const next = await renew(context, upload);
    if (next.kind !== "put") return next;
    upload = next;
  }
}

async function sendOnce(context: UploadContext, { request }: PutUpload) {
  const { retry, platform, progress, file } = context;
  const piece = progress.piece();
  return retry(async (signal) => {
    progress.enter("sending");
    let kept = 0;
    try {
      const outcome = await sendPiece({ platform }, { request, bytes: file, signal, onSent: piece.sent });
      if (outcome !== "expired") kept = file.size;
      return outcome;
    } finally {
      piece.end({ kept });
    }
  });
}

/** Requests a fresh signature. If the service starts a new upload instead, this function aborts the old upload. */
async function renew(context: UploadContext, old: PutUpload): Promise<OpenUpload> {
  const ids = await context.saved.load();
  const next = await startUpload(context, ids?.idempotencyKey);
  if (next.uploadId !== old.uploadId) await abortUpload(context, old.uploadId);
  return next;
}
