import { isRetryable, type LinkFile, readFile } from "@valetkey/client";
import { browserTarget, hasSpaceFor } from "../files/zip-target.ts";
import type { Claims } from "./claims.ts";

export type SaveState =
  | { kind: "starting" }
  | { kind: "running"; doneBytes: number }
  | { kind: "waiting"; doneBytes: number }
  | { kind: "broken"; doneBytes: number; onResume: () => void }
  | { kind: "done" }
  /** The browser downloads the file, so the page knows no progress. */
  | { kind: "handedOver" };

type SaveOptions = { claims: Claims; signal: AbortSignal; report: (state: SaveState) => void };

/**
 * Downloads one file after a click. The page reads the file itself, because only the page can continue with a new URL after a lost
 * connection. If the browser cannot store the file for the page, the browser downloads the file.
 */
export async function saveFile(file: LinkFile, { claims, signal, report }: SaveOptions): Promise<void> {
  const { id, filename, sizeBytes } = file;
  report({ kind: "starting" });
  const first = await claims.urlOf(id, { disposition: "attachment", isClick: true });
  if (!(await hasSpaceFor(sizeBytes))) {
    Object.assign(document.createElement("a"), { href: first, rel: "noreferrer" }).click();
    return report({ kind: "handedOver" });
  }
  let unused: string | undefined = first;
  let doneBytes = 0;
  const stream = readResumably({
    sizeBytes,
    signal,
    async getUrl() {
      const url = unused ?? (await claims.urlOf(id, { disposition: "attachment", isClick: false }));
      unused = undefined;
      return url;
    },
    onBytes(bytes) {
      doneBytes = bytes;
      report({ kind: "running", doneBytes });
    },
    onWaiting: () => report({ kind: "waiting", doneBytes }),
    onBroken: () =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        report({ kind: "broken", doneBytes, onResume: resolve });
      }),
  });
  await browserTarget(filename)(stream, { signal });
  report({ kind: "done" });
}

type Reading = {
  sizeBytes: number;
  getUrl(): Promise<string>;
  signal: AbortSignal;
  onBytes(doneBytes: number): void;
  onWaiting(): void;
  /** Runs when the reader stops after an error. When the promise resolves, the reader continues. */
  onBroken(error: unknown): Promise<void>;
};

/** Reads a file. After an error, the reader continues at the next byte with a new URL. */
function readResumably(reading: Reading): ReadableStream<Uint8Array> {
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
      // The browser is offline, so the next pass of the loop waits for a connection.
      if (attempt.signal.aborted) continue;
      if (!isRetryable(error)) throw error;
      await onBroken(error);
    } finally {
      attempt.stop();
    }
  }
}

/** Returns a signal that aborts when the browser goes offline. Without this signal, a running request could stay pending for a minute. */
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
