import { isRetryable, readFile } from "@valetkey/client";

type Reading = {
  sizeBytes: number;
  getUrl(): Promise<string>;
  signal: AbortSignal;
  onBytes(doneBytes: number): void;
  onWaiting(): void;
  /** Called when the page gives up after an error. When the promise resolves, the page continues to read. */
  onBroken(error: unknown): Promise<void>;
};

/** Reads a file. After a failure, continues at the next byte with a new URL. */
export function readResumably(reading: Reading): ReadableStream<Uint8Array> {
  const chunks = chunksOf(reading);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(error);
        }
      },
      cancel: async () => void (await chunks.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}

async function* chunksOf({ sizeBytes, getUrl, signal, onBytes, onWaiting, onBroken }: Reading) {
  for (let offset = 0; offset < sizeBytes; ) {
    if (!navigator.onLine) onWaiting();
    await untilOnline(signal);
    const attempt = whileOnline(signal);
    try {
      const reader = (await readFile({ getUrl, sizeBytes, offset, signal: attempt.signal })).getReader();
      try {
        for (let next = await reader.read(); !next.done; next = await reader.read()) {
          offset += next.value.length;
          onBytes(offset);
          yield next.value;
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    } catch (error) {
      if (signal.aborted) throw error;
      // The browser is offline. The next round of the loop waits for a connection.
      if (attempt.signal.aborted) continue;
      if (!isRetryable(error)) throw error;
      await onBroken(error);
    } finally {
      attempt.stop();
    }
  }
}

/** Returns a signal that aborts as soon as the browser is offline. Without this signal, a running request could hang for a minute. */
function whileOnline(signal: AbortSignal): { signal: AbortSignal; stop: () => void } {
  const aborter = new AbortController();
  const stop = new AbortController();
  const abort = () => aborter.abort();
  addEventListener("offline", abort, { signal: stop.signal });
  signal.addEventListener("abort", abort, { signal: stop.signal });
  return { signal: aborter.signal, stop: () => stop.abort() };
}

function untilOnline(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (navigator.onLine) return resolve();
    const stop = new AbortController();
    const settle = (then: () => void) => () => {
      stop.abort();
      then();
    };
    addEventListener("online", settle(resolve), { signal: stop.signal });
    signal.addEventListener(
      "abort",
      settle(() => reject(signal.reason)),
      { signal: stop.signal },
    );
  });
}
