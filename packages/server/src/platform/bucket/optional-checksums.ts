import { failedWith, refusesCredentials } from "./bucket-error.ts";

/** Sends a request with checksum headers. If the server refuses these headers, sends the request again without them. */
export type OptionalChecksums = <T>(send: (withChecksums: boolean) => Promise<T>) => Promise<T>;

/** The statuses with which servers refuse an unknown header. Backblaze B2 returns 400, and other servers return 501. */
const REFUSALS = [400, 501];
/** Errors with these codes also have the status 400, but checksum headers are not their reason. */
const OTHER_FAULTS = ["BadDigest", "RequestTimeout"];

/** If the server refuses checksum headers, remembers this as long as the process runs. */
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
      // The second request succeeded, so the server refused the first one because of the headers.
      areAccepted = false;
      return result;
    }
  };
}
