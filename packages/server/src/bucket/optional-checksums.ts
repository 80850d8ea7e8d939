import { failedWith, refusesCredentials } from "./bucket-error.ts";

/** Sends a request with checksum headers. If the server refuses these headers, sends the request again without them. */
export type OptionalChecksums = <T>(send: (withChecksums: boolean) => Promise<T>) => Promise<T>;

/** Backblaze B2 refuses an unknown header with 400. Other servers refuse it with 501. */
const REFUSALS = [400, 501];
/** The errors with status 400 that are not about a header. */
const OTHER_FAULTS = ["BadDigest", "RequestTimeout"];

/** Remembers for this process that the server refuses checksum headers. */
export function createOptionalChecksums(): OptionalChecksums {
  let areAccepted = true;
  return async (send) => {
    if (!areAccepted) return send(false);
    try {
      return await send(true);
    } catch (error) {
      const isRefusal = failedWith(error, ...REFUSALS) && !failedWith(error, ...OTHER_FAULTS);
      if (!isRefusal || refusesCredentials(error)) throw error;
      const result = await send(false);
      // The second request succeeded, so the headers were the reason for the refusal.
      areAccepted = false;
      return result;
    }
  };
}
