import { ValetKeyError } from "../errors.ts";
import type { FileOptions } from "./describe-file.ts";
import type { UploadProgress } from "./progress.ts";

const DEFAULT_PARALLEL = 4;
const MAX_PARALLEL = 16;
const DEFAULT_GIVE_UP_SECONDS = 600;

export type UploadOptions = FileOptions & {
  /** Called with the progress at most ten times a second, and at every change of state. */
  onProgress?: (progress: UploadProgress) => void;
  /** Aborts the upload, as `abort()` does. */
  signal?: AbortSignal;
  /** The upload starts at the service after this promise is fulfilled. So files that a user drops together keep their order. */
  startsAfter?: Promise<unknown>;
  /** How many parts of a large file the client sends at the same time, from 1 to 16. Default: 4. */
  parallel?: number;
  /** If no request succeeds for this time while there is a connection, the upload fails. It can resume later. Seconds, default 600. */
  giveUpAfterSeconds?: number;
};

/** Returns the limits of the options, or their defaults. Throws `invalid_option`. */
export function readLimits({
  parallel = DEFAULT_PARALLEL,
  giveUpAfterSeconds = DEFAULT_GIVE_UP_SECONDS,
}: UploadOptions): { parallel: number; giveUpAfterSeconds: number } {
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > MAX_PARALLEL) {
    throw new ValetKeyError(
      "invalid_option",
      `parallel is ${parallel}. It must be a whole number from 1 to ${MAX_PARALLEL}.`,
    );
  }
  return { parallel, giveUpAfterSeconds };
}
