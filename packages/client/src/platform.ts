import { type FixedLengthStream, type Send, sendWithFetch, sendWithXhr } from "./send-bytes.ts";

/** The functions of the runtime that an upload needs. The code of uploads gets a Platform instead of reading globals. */
export type Platform = {
  /** Returns the milliseconds of a monotonic clock. An upload never uses the wall clock, which may be wrong. */
  now(): number;
  /** Returns a random number from 0 (inclusive) to 1 (exclusive). */
  random(): number;
  randomBytes(count: number): Uint8Array;
  /** Resolves after the given time, or when the signal aborts. Never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  network: Network;
  /**
   * Returns the SHA-256 of the bytes in base64. The member `sha256` is undefined in pages without HTTPS, where browsers have no WebCrypto.
   */
  sha256: ((bytes: ArrayBuffer) => Promise<string>) | undefined;
  send: Send;
};

export type Network = {
  /** Returns false only if the platform is sure that there is no network connection. */
  isOnline(): boolean;
  /** Calls the listener when the network connection comes back. Returns an unsubscribe function. */
  onOnline(listener: () => void): () => void;
};

/** Globals of browsers and of Cloudflare Workers that Node.js does not have, or does not have completely. */
type Browser = {
  FixedLengthStream?: FixedLengthStream;
  navigator?: { onLine?: boolean };
  addEventListener?: (type: string, listener: () => void) => void;
  removeEventListener?: (type: string, listener: () => void) => void;
  XMLHttpRequest?: Parameters<typeof sendWithXhr>[0];
  process?: { versions?: { node?: string } };
};

/** Detects the platform by its globals. */
export function detectPlatform({ fetch }: { fetch: typeof globalThis.fetch }): Platform {
  const browser = globalThis as unknown as Browser;
  const { crypto } = globalThis;
  const { FixedLengthStream } = browser;
  const canStream = browser.process?.versions?.node !== undefined || FixedLengthStream !== undefined;
  const subtle: typeof crypto.subtle | undefined = crypto.subtle;
  return {
    now: () => performance.now(),
    random: Math.random,
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    sleep,
    network: {
      isOnline: () => browser.navigator?.onLine !== false,
      onOnline(listener) {
        browser.addEventListener?.("online", listener);
        return () => browser.removeEventListener?.("online", listener);
      },
    },
    sha256:
      subtle === undefined
        ? undefined
        : async (bytes) => btoa(String.fromCharCode(...new Uint8Array(await subtle.digest("SHA-256", bytes)))),
    send:
      browser.XMLHttpRequest !== undefined
        ? sendWithXhr(browser.XMLHttpRequest)
        : sendWithFetch(fetch, { canStream, FixedLengthStream }),
  };
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
