import { type Send, sendWithFetch, sendWithXhr } from "./upload/send.ts";

/** What an upload needs of its surroundings; passed in, so that nothing below reads a global. */
export type Platform = {
  /** Milliseconds that only go forward. An upload never looks at the wall clock, which may be wrong. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Random bytes that can't be guessed. */
  randomBytes(count: number): Uint8Array;
  /** Resolves after so long, or when the signal is aborted; never rejects. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  network: Network;
  /** SHA-256 in base64; undefined where the platform has none (a page without HTTPS). */
  sha256: ((bytes: ArrayBuffer) => Promise<string>) | undefined;
  /** Sends bytes to the bucket. */
  send: Send;
};

export type Network = {
  /** False only when the platform is sure that there is no connection. */
  isOnline(): boolean;
  /** Calls back when a connection comes up; answers how to stop listening. */
  onOnline(listener: () => void): () => void;
};

/** What browsers have and Node has not, or not all of it. */
type Browser = {
  navigator?: { onLine?: boolean };
  addEventListener?: (type: string, listener: () => void) => void;
  removeEventListener?: (type: string, listener: () => void) => void;
  XMLHttpRequest?: Parameters<typeof sendWithXhr>[0];
  process?: { versions?: { node?: string } };
};

/** The platform that this runs on, found by what it has. */
export function detectPlatform({ fetch }: { fetch: typeof globalThis.fetch }): Platform {
  const browser = globalThis as unknown as Browser;
  const { crypto } = globalThis;
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
        : async (bytes) => toBase64(new Uint8Array(await subtle.digest("SHA-256", bytes))),
    send:
      browser.XMLHttpRequest !== undefined
        ? sendWithXhr(browser.XMLHttpRequest)
        : sendWithFetch(fetch, { canStream: browser.process?.versions?.node !== undefined }),
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

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
