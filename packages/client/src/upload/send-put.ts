import { abandon } from "./abandon.ts";
import { type OpenUpload, startUpload } from "./open-upload.ts";
import { refused, sendPiece } from "./send-piece.ts";
import type { Session } from "./session.ts";

type PutUpload = OpenUpload & { kind: "put" };

/** How often a fresh signature may be refused before that is the answer. */
const MAX_SIGNATURES = 3;

/** Sends a file in one PUT. Answers the upload that has it, which is another one when the first had expired. */
export async function sendPut(session: Session, opened: PutUpload): Promise<OpenUpload> {
  let upload = opened;
  for (let signatures = 1; ; signatures += 1) {
    const outcome = await sendOnce(session, upload);
    // Occupied: an attempt before came through and its answer was lost. Whether it is this file is the service's to see.
    if (outcome !== "expired") return upload;
    if (signatures === MAX_SIGNATURES) throw refused(403, "");
    const next = await renew(session, upload);
    if (next.kind !== "put") return next;
    upload = next;
  }
}

async function sendOnce(session: Session, { request }: PutUpload) {
  const { persist, platform, progress, file } = session;
  const piece = progress.piece();
  return persist(async (signal) => {
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

/** A signature for the same upload; where the service gives only a new upload, the old one is given up. */
async function renew(session: Session, old: PutUpload): Promise<OpenUpload> {
  const remembered = await session.memory.recall();
  const next = await startUpload(session, remembered?.idempotencyKey);
  if (next.uploadId !== old.uploadId) await abandon(session, old.uploadId);
  return next;
}
