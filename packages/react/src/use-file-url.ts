"use client";

import { type FileUrl, isRetryable, type PreviewName, type UrlOptions, ValetKeyError } from "@valetkey/client";
import { type SyntheticEvent, useMemo, useSyncExternalStore } from "react";
import { toError, type UrlClient, useUrlClient } from "./provider.tsx";

const nothing = () => undefined;
const WITHOUT_URL: FileUrlState = {
  src: undefined,
  error: undefined,
  onError: nothing,
  retry: nothing,
  isExpired: () => true,
};
const withoutUrl = () => WITHOUT_URL;
const never = () => nothing;

/**
 * Returns a URL that shows a file. The hook replaces the URL if the element cannot load the file.
 *
 * The service checks the access before the service issues a URL. Components that show one file share one URL until the URL expires. During
 * server rendering, `src` is undefined. Without a `fileId`, the hook sends no request. The hook throws an error without a
 * `ValetKeyProvider`.
 *
 * @example
 * ```tsx
 * function Photo({ fileId }: { fileId: string }) {
 *   const { src, error, onError, retry } = useFileUrl(fileId);
 *   if (error) return <button type="button" onClick={retry}>{error.message}</button>;
 *   return <img src={src} onError={onError} alt="" />;
 * }
 * ```
 */
export function useFileUrl(
  fileId: string | undefined,
  { expiresIn, disposition, renew, preview, purpose }: FileUrlOptions = {},
): FileUrlState {
  const client = useUrlClient();
  const store = useMemo(
    () =>
      fileId === undefined ? undefined : fileUrlOf(client, fileId, { expiresIn, disposition, renew, preview, purpose }),
    [client, fileId, expiresIn, disposition, renew, preview, purpose],
  );
  return useSyncExternalStore(store?.subscribe ?? never, store?.state ?? withoutUrl, withoutUrl);
}

export type FileUrlOptions = {
  /** The lifetime of each URL in seconds. Range: 1 to `urlTtlSeconds` of the resource. Default: `urlTtlSeconds`. */
  expiresIn?: number | undefined;
  /** With `inline`, the browser shows the file. The browser saves a file with an unsafe type in any case. Default: `inline`. */
  disposition?: "attachment" | "inline" | undefined;
  /**
   * The member `renew` says when the hook replaces the URL. A loaded image needs no new URL, and a new URL would interrupt a video. Use
   * `before-expiry` for a link, because the user may open a link at any time. Default: `on-error`.
   */
  renew?: "on-error" | "before-expiry" | undefined;
  /** A small picture of the file in place of the file. Default: the file itself. */
  preview?: PreviewName | undefined;
  /** The purpose of the first URL in the audit event, such as `thumbnail`. Default: `view` for an inline URL. */
  purpose?: UrlOptions["purpose"];
};

export type FileUrlState = {
  /**
   * The URL for `src` or `href`. The member `src` is undefined until the first URL arrives, and after an error that a new URL cannot fix.
   */
  src: string | undefined;
  /**
   * The reason why the hook got no new URL. The member `error` is undefined while the URL works.
   * The error code is `not_displayable` if the bucket returns the file, but the element cannot show the file.
   */
  error: ValetKeyError | undefined;
  /** Pass the handler `onError` to the element. The handler replaces the URL if the URL has expired, or if the bucket refuses the URL. */
  onError: (event?: SyntheticEvent) => void;
  /** Requests a new URL, for example for a button beside the error. */
  retry: () => void;
  /**
   * Returns whether the URL of the file has expired. A player can call `onError` when the URL has expired, before its next request fails.
   */
  isExpired: () => boolean;
};

/** Other components reuse a URL until 90 % of its lifetime is over. After 90 % of the lifetime, other components request a new URL. */
const REUSE_UNTIL = 0.9;
/** With `before-expiry`, the store replaces a URL when 80 % of its lifetime is over. */
const RENEW_AT = 0.8;
/** The wait before the next request for a URL after a temporary error. */
const RETRY_MS = 5_000;
/**
 * The waits before the first, second and third replacement of a URL that failed before its expiry. If the third replacement also fails, the
 * state gets an error.
 */
const REPLACE_AFTER_MS = [0, 1_000, 3_000];
/** The constant has the value of `MediaError.MEDIA_ERR_NETWORK`. */
const NETWORK_ERROR = 2;

/** Holds the URL of one file for all components. All components that show the file share one store. */
class FileUrlStore {
  readonly #issue: (signal: AbortSignal) => Promise<FileUrl>;
  readonly #renew: FileUrlOptions["renew"];
  readonly #listeners = new Set<() => void>();
  #state: FileUrlState;
  #age = () => Number.POSITIVE_INFINITY;
  #lifetimeMs = 0;
  #listening = new AbortController();
  #isBusy = false;
  /** Whether the next URL replaces an earlier URL. The audit event of a renewed URL has the purpose `renewal`. */
  #isRenewal = false;
  /** The number of URLs in a row that failed before their expiry. */
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    client: UrlClient,
    fileId: string,
    { expiresIn, disposition = "inline", renew, preview, purpose }: FileUrlOptions,
  ) {
    this.#renew = renew;
    this.#issue = (signal) =>
      client.urlFor(fileId, {
        disposition,
        signal,
        ...(expiresIn !== undefined && { expiresIn }),
        ...(preview !== undefined && { preview }),
        ...(purpose !== undefined && { purpose }),
        ...(this.#isRenewal && { purpose: "renewal" as const }),
      });
    this.#state = {
      src: undefined,
      error: undefined,
      onError: (event) => void this.#recover(event),
      retry: () => this.#retry(),
      isExpired: () => this.#isOlderThan(1),
    };
  }

  state = (): FileUrlState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stop();
    };
  };

  /** Returns whether another component can use the current state. */
  isReusable(): boolean {
    const { src, error } = this.#state;
    return error === undefined && (src === undefined || !this.#isOlderThan(REUSE_UNTIL));
  }

  /** Returns whether the URL is older than a part of its lifetime. */
  #isOlderThan(part: number): boolean {
    return this.#age() >= part * this.#lifetimeMs;
  }

  #start(): void {
    this.#listening = new AbortController();
    this.#isBusy = false;
    const { signal } = this.#listening;
    // In strict mode, React subscribes twice in a row. The microtask prevents a second request for a URL.
    queueMicrotask(() => {
      if (signal.aborted) return;
      this.#isRenewal = this.#state.src !== undefined && !this.#isOlderThan(REUSE_UNTIL);
      if (this.#isRenewal) this.#renewInTime();
      else void this.#next();
    });
  }

  #stop(): void {
    this.#listening.abort();
    clearTimeout(this.#timer);
  }

  #retry(): void {
    this.#failures = 0;
    this.#set({ src: undefined, error: undefined });
    if (!this.#isBusy) void this.#next();
  }

  /** Replaces a URL that failed in the element, unless a new URL would also fail. */
  async #recover(event: SyntheticEvent | undefined): Promise<void> {
    const { src } = this.#state;
    const { signal } = this.#listening;
    if (src === undefined || this.#isBusy || signal.aborted) return;
    if (this.#isOlderThan(1)) this.#failures = 0;
    else if (!(await this.#mayRecover(src, { isNetworkError: codeOf(event) === NETWORK_ERROR }))) return;
    if (!signal.aborted) await this.#next();
  }

  /**
   * Decides whether a new URL can help. The element does not report the reason of its failure, so the store reads a byte of the file. If a
   * new URL would also fail, the state gets the error.
   */
  async #mayRecover(src: string, { isNetworkError }: { isNetworkError: boolean }): Promise<boolean> {
    const { signal } = this.#listening;
    const waitMs = REPLACE_AFTER_MS[this.#failures];
    this.#failures += 1;
    this.#isBusy = true;
    clearTimeout(this.#timer);
    try {
      const isRefused = !(await canRead(src, signal));
      if (!isRefused && !isNetworkError)
        throw new ValetKeyError("not_displayable", "The element cannot show the file.");
      if (waitMs === undefined)
        throw new ValetKeyError("bucket_refused", "The bucket refuses each new URL of the file.");
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      return true;
    } catch (cause) {
      if (signal.aborted) return false;
      this.#isBusy = false;
      this.#set({ src: undefined, error: toError(cause) });
      return false;
    }
  }

  /** Requests the next URL of the file. The function `#next` never rejects, because the state contains the error. */
  async #next(): Promise<void> {
    const { signal } = this.#listening;
    clearTimeout(this.#timer);
    this.#isBusy = true;
    // The clock starts before the service signs the URL, so the store never treats an expired URL as valid.
    const age = startClock();
    try {
      const { fileUrl, expiresIn } = await this.#issue(signal);
      if (signal.aborted) return;
      this.#age = age;
      this.#lifetimeMs = expiresIn * 1000;
      this.#isRenewal = true;
      this.#set({ src: fileUrl, error: undefined });
      this.#renewInTime();
    } catch (cause) {
      if (!signal.aborted) this.#fail(toError(cause));
    } finally {
      if (!signal.aborted) this.#isBusy = false;
    }
  }

  #fail(error: ValetKeyError): void {
    const mayPass = error.code === "attachment_not_ready" || isRetryable(error);
    this.#set({ src: mayPass ? this.#state.src : undefined, error });
    if (mayPass) this.#nextIn(RETRY_MS);
  }

  #renewInTime(): void {
    if (this.#renew === "before-expiry") this.#nextIn(RENEW_AT * this.#lifetimeMs - this.#age());
  }

  #nextIn(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#whenVisible(() => void this.#next()), milliseconds);
  }

  /** Calls `next` when the page is visible, because a page in the background needs no URL. */
  #whenVisible(next: () => void): void {
    const { signal } = this.#listening;
    if (document.hidden) document.addEventListener("visibilitychange", next, { once: true, signal });
    else next();
  }

  #set(changes: Partial<FileUrlState>): void {
    this.#state = { ...this.#state, ...changes };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Returns the code of a media error, which only the event of an audio or video element has. */
function codeOf(event: SyntheticEvent | undefined): number | undefined {
  return (event?.currentTarget as Partial<HTMLMediaElement> | undefined)?.error?.code;
}

const stores = new WeakMap<UrlClient, Map<string, FileUrlStore>>();

/** Returns the store of the file that other components with the client use, or a new store. */
function fileUrlOf(client: UrlClient, fileId: string, options: FileUrlOptions): FileUrlStore {
  const ofClient = stores.get(client) ?? new Map<string, FileUrlStore>();
  stores.set(client, ofClient);
  for (const [key, store] of ofClient) if (!store.isReusable()) ofClient.delete(key);
  const { expiresIn, disposition, renew, preview, purpose } = options;
  const key = JSON.stringify([fileId, expiresIn, disposition, renew, preview, purpose]);
  const store = ofClient.get(key) ?? new FileUrlStore(client, fileId, options);
  ofClient.set(key, store);
  return store;
}

/**
 * Requests one byte of the file, and returns whether the bucket accepts the URL. The function `canRead` throws `network`,
 * `bucket_unavailable` and `attachment_not_found`.
 */
async function canRead(url: string, signal: AbortSignal): Promise<boolean> {
  const { status, body } = await getByte(url, signal);
  await body?.cancel();
  if (status === 404) throw new ValetKeyError("attachment_not_found", "The bucket has no such file.", { status });
  if (status >= 500 || status === 429) {
    throw new ValetKeyError("bucket_unavailable", `The bucket returned ${status}.`, { status });
  }
  return status !== 403;
}

async function getByte(url: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { credentials: "omit", headers: { range: "bytes=0-0" }, signal });
  } catch (cause) {
    throw new ValetKeyError("network", "The bucket did not respond.", { cause });
  }
}

/**
 * Starts a clock that measures elapsed time. The returned function returns the milliseconds since the start.
 *
 * The clock reads two system clocks, and returns the longer time. The first system clock of the page never goes back. The second system
 * clock also counts the time in which the machine sleeps.
 */
function startClock(): () => number {
  const [ticks, time] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - ticks, Date.now() - time);
}
