import { ValetKeyError } from "../errors.ts";
import type { Platform } from "../platform.ts";
import type { StartedUpload, Upload } from "../wire.ts";
import { ask, type Session } from "./session.ts";

/** One PUT, as the service has signed it. */
export type SignedPut = { method: string; url: string; headers: Record<string, string> };

/** An upload that the service knows, and how the bytes get there. `over`: there is nothing to send any more. */
export type OpenUpload = { uploadId: string; attachmentId: string } & (
  | { kind: "put"; request: SignedPut }
  | { kind: "multipart"; partSize: number; partCount: number }
  | { kind: "over" }
);

/** Goes on with the upload that is remembered, or starts one. */
export async function openUpload(session: Session): Promise<OpenUpload> {
  const remembered = await session.memory.recall();
  if (remembered?.uploadId === undefined) return startUpload(session, remembered?.idempotencyKey);
  const upload = await findUpload(session, remembered.uploadId);
  if (upload === undefined || !isAlive(upload)) return startUpload(session, undefined);
  const { id: uploadId, attachmentId, partSize, partCount } = upload;
  if (upload.state !== "pending") return { uploadId, attachmentId, kind: "over" };
  if (partSize !== undefined && partCount !== undefined) {
    return { uploadId, attachmentId, kind: "multipart", partSize, partCount };
  }
  // Signed requests are not remembered: asking again with the same key answers the same upload with a fresh one.
  return startUpload(session, remembered.idempotencyKey);
}

/** The service's view of an upload, with the parts that the bucket has; undefined when it knows none of this id. */
export async function findUpload(session: Session, uploadId: string): Promise<Upload["upload"] | undefined> {
  try {
    const { upload } = await ask<Upload>(session, { method: "GET", path: uploadPath(uploadId) });
    return upload;
  } catch (error) {
    if (error instanceof ValetKeyError && error.code === "upload_not_found") return undefined;
    throw error;
  }
}

export function uploadPath(uploadId: string): string {
  return `/uploads/${encodeURIComponent(uploadId)}`;
}

/** Starts an upload, or with a key that was used before gets the one that was started with it, signed anew. */
export async function startUpload(session: Session, usedKey: string | undefined): Promise<OpenUpload> {
  const idempotencyKey = usedKey ?? newKey(session.platform);
  // Before the request: should its answer be lost with this process, the next one asks for the same upload.
  await session.memory.remember({ idempotencyKey });
  try {
    const { upload } = await ask<StartedUpload>(session, {
      method: "POST",
      path: `/notes/${encodeURIComponent(session.noteId)}/uploads`,
      body: session.declared,
      headers: { "idempotency-key": idempotencyKey },
      // Cut off, it would leave an upload whose id nobody has.
      isWhole: true,
    });
    await session.memory.remember({ idempotencyKey, uploadId: upload.id });
    return toOpen(upload);
  } catch (error) {
    const isOther = error instanceof ValetKeyError && error.code === "idempotency_key_reused";
    // The file has changed in a way that its fingerprint does not show.
    if (usedKey !== undefined && isOther) return startUpload(session, undefined);
    throw error;
  }
}

function toOpen(upload: StartedUpload["upload"]): OpenUpload {
  const { id: uploadId, attachmentId, state, method, url, headers, partSize, partCount } = upload;
  const ids = { uploadId, attachmentId };
  if (state !== "pending") return { ...ids, kind: "over" };
  if (partSize !== undefined && partCount !== undefined) return { ...ids, kind: "multipart", partSize, partCount };
  if (method === undefined || url === undefined || headers === undefined) {
    throw new ValetKeyError("invalid_answer", "The service started an upload without saying what to send.");
  }
  return { ...ids, kind: "put", request: { method, url, headers } };
}

/** Under way, or through; what was rejected, aborted or has expired is started anew. */
function isAlive({ state }: Upload["upload"]): boolean {
  return state !== "rejected" && state !== "aborted" && state !== "expired";
}

/** Not crypto.randomUUID, which pages without HTTPS don't have. */
function newKey({ randomBytes }: Platform): string {
  return Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
