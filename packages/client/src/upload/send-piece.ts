import { aborted, ValetKeyError } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import type { SignedPut } from "./open-upload.ts";
import type { Session } from "./session.ts";

/** No byte moved for so long: the line is dead, whatever the platform believes. Milliseconds. */
const STALL_MS = 60_000;
/** What a bucket may take to store what it has got, and a platform that can't tell its progress to send a piece. Milliseconds. */
const STORE_MS = 300_000;

/** stored: the bucket has it · occupied: there was an object already · expired: the signature is not taken (any more). */
export type PieceOutcome = "stored" | "occupied" | "expired";

type Piece = { request: SignedPut; bytes: FileSource; signal: AbortSignal; onSent: (bytes: number) => void };

/** Sends one piece once. Throws ValetKeyError: `network`, `bucket_unavailable`, `bucket_refused`, `file_unreadable`, `aborted`. */
export async function sendPiece({ platform }: Pick<Session, "platform">, piece: Piece): Promise<PieceOutcome> {
  const { request, bytes, signal, onSent } = piece;
  const watch = watchFor(signal);
  try {
    const { status, text } = await platform.send({
      ...request,
      bytes,
      signal: watch.signal,
      onSent(sent) {
        watch.moved(sent < bytes.size ? STALL_MS : STORE_MS);
        onSent(Math.min(sent, bytes.size));
      },
    });
    if (status >= 200 && status < 300) return "stored";
    if (status === 412) return "occupied";
    if (status === 403) return "expired";
    throw toError(status, text);
  } catch (error) {
    if (signal.aborted) throw aborted(signal.reason);
    if (watch.signal.aborted) throw new ValetKeyError("network", "The upload stood still.", { cause: error });
    throw error;
  } finally {
    watch.stop();
  }
}

/** A signal that is aborted with the given one, and when nothing has moved for too long. */
function watchFor(signal: AbortSignal) {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), STORE_MS);
  return {
    signal: AbortSignal.any([signal, stalled.signal]),
    moved(milliseconds: number) {
      clearTimeout(timer);
      timer = setTimeout(() => stalled.abort(), milliseconds);
    },
    stop: () => clearTimeout(timer),
  };
}

/** S3's own codes for "try again" that come with a status of a client's fault. */
const PASSING = /^(RequestTimeout|ConditionalRequestConflict|OperationAborted)$/;

function toError(status: number, text: string): ValetKeyError {
  const code = codeOf(text);
  const passes = status >= 500 || status === 429 || status === 408 || PASSING.test(code);
  if (passes) return new ValetKeyError("bucket_unavailable", `The bucket answered ${status} ${code}.`, { status });
  return refused(status, code);
}

/** The bucket's final word. */
export function refused(status: number, code: string): ValetKeyError {
  return new ValetKeyError("bucket_refused", `The bucket refused the file: ${status} ${code}.`, { status });
}

function codeOf(xml: string): string {
  return /<Code>(\w+)<\/Code>/.exec(xml)?.[1] ?? "";
}
