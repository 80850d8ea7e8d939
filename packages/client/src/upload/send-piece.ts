import { aborted, ValetKeyError } from "../errors.ts";
import type { FileSource } from "../send-bytes.ts";
import { abortUpload, startUpload } from "./calls.ts";
import type { OpenUpload, SignedPut, UploadContext } from "./upload-context.ts";

type PutUpload = OpenUpload & { kind: "put" };

/** An upload fails after the bucket has refused this number of signatures. */
const MAX_SIGNATURES = 3;

/** Sends a file in a single PUT. Returns the upload that received the file, which is a new upload if the given upload has expired. */
export async function sendPut(context: UploadContext, opened: PutUpload): Promise<OpenUpload> {
  let upload = opened;
  for (let signatures = 1; ; signatures += 1) {
    const outcome = await sendOnce(context, upload);
    // `occupied`: an earlier attempt succeeded, but its response was lost. When the upload is completed, the service verifies that the
    // object has the content of the file.
    if (outcome !== "expired") return upload;
    if (signatures === MAX_SIGNATURES) throw refused(403, "");
    const next = await renew(context, upload);
    if (next.kind !== "put") return next;
    upload = next;
  }
}

async function sendOnce(context: UploadContext, { request }: PutUpload) {
  const { retry, platform, progress, lines, file } = context;
  const piece = progress.piece();
  return retry(async (signal) => {
    const release = await lines.puts.take(1, signal);
    progress.enter("sending");
    let kept = 0;
    try {
      const outcome = await sendPiece({ platform }, { request, bytes: file, signal, onSent: piece.sent });
      if (outcome !== "expired") kept = file.size;
      return outcome;
    } finally {
      piece.end({ kept });
      release();
    }
  });
}

/** Requests a new signature for the PUT. If the service starts a new upload instead, aborts the old upload. */
async function renew(context: UploadContext, old: PutUpload): Promise<OpenUpload> {
  const ids = await context.saved.load();
  const next = await startUpload(context, ids?.idempotencyKey);
  if (next.uploadId !== old.uploadId) await abortUpload(context, old.uploadId);
  return next;
}

/**
 * `stored`: the bucket has the bytes. `occupied`: the bucket already has an object with this key. `expired`: the bucket refused the
 * signature.
 */
type PieceOutcome = "stored" | "occupied" | "expired";

type Piece = { request: SignedPut; bytes: FileSource; signal: AbortSignal; onSent: (bytes: number) => void };

/** Sends a file or a part once. Throws `network`, `bucket_unavailable`, `bucket_refused`, `file_unreadable`, `aborted`. */
export async function sendPiece({ platform }: Pick<UploadContext, "platform">, piece: Piece): Promise<PieceOutcome> {
  const { request, bytes, signal, onSent } = piece;
  const watch = watchForStall(signal);
  try {
    const { status, text } = await platform.send({
      ...request,
      bytes,
      signal: watch.signal,
      onSent(sent) {
        watch.moved({ isSent: sent >= bytes.size });
        onSent(Math.min(sent, bytes.size));
      },
    });
    if (status >= 200 && status < 300) return "stored";
    if (status === 412) return "occupied";
    if (status === 403) return "expired";
    throw toError(status, text);
  } catch (error) {
    if (signal.aborted) throw aborted(signal.reason);
    if (watch.signal.aborted) throw new ValetKeyError("network", "The upload made no progress.", { cause: error });
    throw error;
  } finally {
    watch.stop();
  }
}

/** S3 error codes that a retry can fix although their status is 4xx. */
const RETRYABLE = /^(RequestTimeout|ConditionalRequestConflict|OperationAborted)$/;

function toError(status: number, text: string): ValetKeyError {
  const code = codeOf(text);
  const isRetryable = status >= 500 || status === 429 || status === 408 || RETRYABLE.test(code);
  if (isRetryable) return new ValetKeyError("bucket_unavailable", `The bucket returned ${status} ${code}.`, { status });
  return refused(status, code);
}

/** Makes the error for a refusal of the bucket that a retry would not change. */
export function refused(status: number, code: string): ValetKeyError {
  return new ValetKeyError("bucket_refused", `The bucket refused the file: ${status} ${code}.`, { status });
}

function codeOf(xml: string): string {
  return /<Code>(\w+)<\/Code>/.exec(xml)?.[1] ?? "";
}

/** A request without progress for this time has a broken connection. */
const STALL_MS = 60_000;
/** The time limit to send a piece without reported progress, and for the bucket to store the sent bytes. */
const STORE_MS = 300_000;

/** Watches the progress of a request. `signal` aborts if the request makes no progress. `stop` ends the watch. */
function watchForStall(signal: AbortSignal) {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), STORE_MS);
  return {
    signal: AbortSignal.any([signal, stalled.signal]),
    moved({ isSent }: { isSent: boolean }) {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(), isSent ? STORE_MS : STALL_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
