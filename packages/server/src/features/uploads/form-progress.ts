import { HttpProblem } from "../../platform/http/problem.ts";
import type { FormProgressLimits } from "../../platform/http/route-types.ts";

export type FormProgress = {
  /** Waits for the next bytes or the next part. Rejects with `request_timeout` if the client is silent or too slow. */
  wait<T>(arrival: Promise<T>): Promise<T>;
  /** Adds to the number of received bytes of the file. */
  add(bytes: number): void;
};

/**
 * Watches the upload of one form. Counts only the time in which the service waits for the client. So a slow bucket does not abort the
 * upload.
 */
export function watchProgress({ stallMs, rateWindowMs, minBytesPerSecond }: FormProgressLimits): FormProgress {
  let waitedMs = 0;
  let receivedBytes = 0;
  return {
    async wait(arrival) {
      const startedAt = performance.now();
      const result = await within(arrival, stallMs);
      waitedMs += performance.now() - startedAt;
      if (waitedMs < rateWindowMs) return result;
      if (receivedBytes * 1000 < minBytesPerSecond * waitedMs) {
        throw late(
          `The form arrives at less than ${minBytesPerSecond} bytes per second. Send it over a faster connection.`,
        );
      }
      waitedMs = 0;
      receivedBytes = 0;
      return result;
    },
    add(bytes) {
      receivedBytes += bytes;
    },
  };
}

async function within<T>(arrival: Promise<T>, timeoutMs: number): Promise<T> {
  const stalled = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    stalled.reject(late(`No bytes of the form arrived for ${timeoutMs / 1000} seconds. Send it again.`));
  }, timeoutMs);
  try {
    return await Promise.race([arrival, stalled.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function late(message: string): HttpProblem {
  return new HttpProblem("request_timeout", message);
}
