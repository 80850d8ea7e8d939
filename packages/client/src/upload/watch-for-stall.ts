/** After this time without progress, the connection counts as broken. Milliseconds. */
const STALL_MS = 60_000;
/** The time for the bucket to store the bytes, or to send a piece without reports of progress. Milliseconds. */
const STORE_MS = 300_000;

/** Aborts `signal` of the result when a request makes no progress. `stop` ends the watch. */
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
