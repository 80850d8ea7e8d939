import { aborted, ValetKeyError } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import type { SignedPut, UploadContext } from "./upload-context.ts";
import { watchForStall } from "./watch-for-stall.ts";

/** `stored`: the bucket has the bytes. `occupied`: the bucket already has an object under the key. `expired`: the bucket refused the signature. */
export type PieceOutcome = "stored" | "occupied" | "expired";

type Piece = { request: SignedPut; bytes: FileSource; signal: AbortSignal; onSent: (bytes: number) => void };

/** Sends a file or a part once. Throws ValetKeyError: `network`, `bucket_unavailable`, `bucket_refused`, `file_unreadable`, `aborted`. */
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

/** Matches the codes of S3 errors that a retry can fix, although their status is the status of a client error (4xx). */
const RETRYABLE = /^(RequestTimeout|ConditionalRequestConflict|OperationAborted)$/;

function toError(status: number, text: string): ValetKeyError {
  const code = codeOf(text);
  const isRetryable = status >= 500 || status === 429 || status === 408 || RETRYABLE.test(code);
  if (isRetryable) return new ValetKeyError("bucket_unavailable", `The bucket returned ${status} ${code}.`, { status });
  return refused(status, code);
}

/** Makes the error for a refusal that a retry cannot change. */
export function refused(status: number, code: string): ValetKeyError {
  return new ValetKeyError("bucket_refused", `The bucket refused the file: ${status} ${code}.`, { status });
}

function codeOf(xml: string): string {
  return /<Code>(\w+)<\/Code>/.exec(xml)?.[1] ?? "";
}
