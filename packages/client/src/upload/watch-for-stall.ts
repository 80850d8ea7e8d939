/** After this time without progress, the client treats the connection as broken. Milliseconds. */
const STALL_MS = 60_000;
/** The time limit for a piece whose progress the platform does not report, and for the bucket to store the sent bytes. Milliseconds. */
const STORE_MS = 300_000;

/** Watches a request. Aborts the `signal` of the result if the request makes no progress. `stop` ends the watch. */
export function watchForStall(signal: AbortSignal) {
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
