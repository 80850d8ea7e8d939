import type { UploadContext } from "./upload-context.ts";

const RESPONSE_MS = 60_000;

/** `withinMs`: the time limit of one attempt, by default a minute. `survivesAbort`: an abort of the upload does not stop this request. */
type Request = {
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  withinMs?: number;
  survivesAbort?: boolean;
};

/** Calls the service, and retries until the service responds. So the call must be safe to repeat. */
export function callService<T>({ call, retry }: Pick<UploadContext, "call" | "retry">, request: Request): Promise<T> {
  const { method, path, withinMs = RESPONSE_MS, survivesAbort = false, ...rest } = request;
  return retry((signal) => {
    // If no response arrives in time, the error is `network`, so the call is retried.
    const late = AbortSignal.timeout(withinMs);
    return call<T>(method, path, { ...rest, signal: survivesAbort ? late : AbortSignal.any([signal, late]) });
  });
}
