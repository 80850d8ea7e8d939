import { aborted, ValetKeyError } from "../errors.ts";
import type { Platform } from "../platform.ts";
import type { AttachmentState, Send, StartedSend, StartedUpload, Upload } from "../wire.ts";
import type { FinishedFile, OpenUpload, UploadContext } from "./upload-context.ts";

/** Resumes the saved upload, or starts a new one. */
export async function openUpload(context: UploadContext): Promise<OpenUpload> {
  const ids = await context.saved.load();
  if (ids?.uploadId === undefined) return startUpload(context, ids?.idempotencyKey);
  const upload = await findUpload(context, ids.uploadId);
  if (upload === undefined || !isUsable(upload)) return startUpload(context, undefined);
  const { id: uploadId, attachmentId, partSize, partCount } = upload;
  if (upload.state !== "pending") return { uploadId, attachmentId, kind: "sent" };
  if (partSize !== undefined && partCount !== undefined) {
    return { uploadId, attachmentId, kind: "multipart", partSize, partCount };
  }
  // The upload store contains no signed request. So the client starts the upload again with the saved idempotency key, and the service
  // returns the same upload with a newly signed request.
  return startUpload(context, ids.idempotencyKey);
}

/** An upload in a response of the service. A visitor's upload for a file request has no `attachmentId`. */
type FoundUpload = Upload["upload"] | (Send["upload"] & { attachmentId?: undefined });
type NewUpload = StartedUpload["upload"] | (StartedSend["upload"] & { attachmentId?: undefined });

/** Reads an upload with the list of its stored parts from the service. Returns undefined if the service does not know the upload. */
export async function findUpload(context: UploadContext, uploadId: string): Promise<FoundUpload | undefined> {
  try {
    const path = uploadPath(context, uploadId);
    const { upload } = await callService<{ upload: FoundUpload }>(context, { method: "GET", path });
    return upload;
  } catch (error) {
    if (error instanceof ValetKeyError && error.code === "upload_not_found") return undefined;
    throw error;
  }
}

/** Aborts an upload in the service, which then deletes the stored parts. Returns false if the upload is already complete. */
export async function abortUpload(
  context: Pick<UploadContext, "call" | "retry" | "receiver">,
  uploadId: string,
): Promise<boolean> {
  try {
    await callService<void>(context, { method: "DELETE", path: uploadPath(context, uploadId) });
    return true;
  } catch (error) {
    if (!(error instanceof ValetKeyError)) throw error;
    if (error.code === "upload_not_pending") return false;
    // The upload was deleted together with its note, or never existed.
    if (error.code === "upload_not_found") return true;
    throw error;
  }
}

export function uploadPath({ receiver }: Pick<UploadContext, "receiver">, uploadId: string): string {
  return `${receiver.uploadsPath}/${encodeURIComponent(uploadId)}`;
}

/** Starts an upload. If `usedKey` has already started an upload, the service returns this upload with a newly signed request. */
export async function startUpload(context: UploadContext, usedKey: string | undefined): Promise<OpenUpload> {
  const idempotencyKey = usedKey ?? newKey(context.platform);
  // Saves the idempotency key before the request. If the response is lost, the next process finds the upload with the saved key.
  await context.saved.save({ idempotencyKey });
  try {
    const upload = await askToStart(context, idempotencyKey);
    await context.saved.save({ idempotencyKey, uploadId: upload.id });
    return toOpen(upload);
  } catch (error) {
    const isForOtherFile = error instanceof ValetKeyError && error.code === "idempotency_key_reused";
    // The file has new content but the same fingerprint, so the client needs another idempotency key.
    if (usedKey !== undefined && isForOtherFile) return startUpload(context, undefined);
    throw error;
  }
}

function askToStart(context: UploadContext, idempotencyKey: string): Promise<NewUpload> {
  const { call, retry, lines, receiver, declared } = context;
  const { startPath: path } = receiver;
  const headers = { "idempotency-key": idempotencyKey };
  // The client must not stop the request that starts an upload. After a stop, the service could have an upload whose id the client does not
  // know.
  return retry(() => {
    const started = lines.ask<NewUpload>({
      path: `${path}/batch`,
      items: "uploads",
      item: { ...declared, idempotencyKey },
      alone: async () => {
        const signal = AbortSignal.timeout(RESPONSE_MS);
        return (await call<{ upload: NewUpload }>("POST", path, { body: declared, headers, signal })).upload;
      },
      read: ({ upload }) => upload as NewUpload,
    });
    context.onQueued();
    return started;
  });
}

function toOpen(upload: NewUpload): OpenUpload {
  const { id: uploadId, attachmentId, state, method, url, headers, partSize, partCount } = upload;
  const ids = { uploadId, attachmentId };
  if (state !== "pending") return { ...ids, kind: "sent" };
  if (partSize !== undefined && partCount !== undefined) return { ...ids, kind: "multipart", partSize, partCount };
  if (method === undefined || url === undefined || headers === undefined) {
    throw new ValetKeyError("invalid_response", "The service started an upload without a request to send.");
  }
  return { ...ids, kind: "put", request: { method, url, headers } };
}

/** Returns whether the client can resume the upload, or the upload is already complete. */
function isUsable({ state }: FoundUpload): boolean {
  return state !== "rejected" && state !== "aborted" && state !== "expired";
}

/** Pages without HTTPS have no `crypto.randomUUID`. */
function newKey({ randomBytes }: Platform): string {
  return Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The time limit of a request that completes an upload. During a completion, the bucket assembles up to 10,000 parts, and the service may
 * read the whole file.
 */
const COMPLETION_MS = 900_000;
/** The first wait between two polls of a verification. Each later wait is 1.5 times as long as the wait before. */
const POLL_MS = 500;
const MAX_POLL_MS = 10_000;

/**
 * Completes an upload: the service assembles and verifies the file. Returns the file when its state is ready or quarantined. Throws
 * `upload_rejected`, or `upload_incomplete` if bytes are missing in the bucket.
 */
export async function complete<File extends FinishedFile>(context: UploadContext, upload: OpenUpload): Promise<File> {
  context.progress.enter("completing");
  // A large file has a separate request, because the service may need minutes to assemble it.
  const file = await (upload.kind === "multipart" ? completeAlone : completeInLine)<File>(context, upload);
  return isFinal(file.state) ? file : waitForVerification<File>(context, upload);
}

function completeAlone<File>(context: UploadContext, { uploadId }: OpenUpload): Promise<File> {
  const path = `${uploadPath(context, uploadId)}/complete`;
  return callService<File>(context, { method: "POST", path, body: {}, withinMs: COMPLETION_MS });
}

function completeInLine<File>({ call, retry, lines, receiver }: UploadContext, { uploadId }: OpenUpload) {
  const path = `${receiver.uploadsPath}/${encodeURIComponent(uploadId)}/complete`;
  return retry((signal) =>
    untilAborted(
      signal,
      lines.ask<File>({
        path: `${receiver.uploadsPath}/complete`,
        items: "uploadIds",
        item: uploadId,
        alone: () => call<File>("POST", path, { body: {}, signal: within(signal, RESPONSE_MS) }),
        read: ({ file }) => file as File | undefined,
      }),
    ),
  );
}

/** Rejects when the signal aborts. The request itself continues, because the uploads of other files share the request. */
async function untilAborted<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(aborted(signal.reason));
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Polls the service until it has verified the file, which can take longer than one request. */
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
      const { reason = "The file did not pass the verification.", rejection } = upload;
      throw new ValetKeyError("upload_rejected", reason, { rejection });
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

const RESPONSE_MS = 60_000;

/** `withinMs`: the time limit of one attempt. Default: one minute. */
type Request = { method: string; path: string; body?: unknown; withinMs?: number };

/** Repeats a request until the service responds. A repetition must not have a second effect. */
function callService<T>({ call, retry }: Pick<UploadContext, "call" | "retry">, request: Request): Promise<T> {
  const { method, path, withinMs = RESPONSE_MS, ...rest } = request;
  return retry((signal) => call<T>(method, path, { ...rest, signal: within(signal, withinMs) }));
}

/** Makes the error of a call without a timely response `network`, so that the client retries the call. */
function within(signal: AbortSignal, milliseconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
}
