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
 * Returns a URL that shows a file. If the element cannot load the file, the hook requests a new URL.
 *
 * The service checks the access before it issues a URL. Components that show the same file share one URL until the URL expires. During
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
  /**
   * With `inline`, the browser shows the file, but saves a file of an unsafe type. With `attachment`, the browser saves every file.
   * Default: `inline`.
   */
  disposition?: "attachment" | "inline" | undefined;
  /**
   * When the hook replaces the URL. A loaded image needs no new URL, and a new URL would interrupt a video. Use `before-expiry` for a link,
   * because the user may open a link at any time. Default: `on-error`.
   */
  renew?: "on-error" | "before-expiry" | undefined;
  /** The name of a preview, to show this small picture in place of the file. Default: the file itself. */
  preview?: PreviewName | undefined;
  /** The purpose of the first URL in the audit event, such as `thumbnail`. Default: the service records `view` for an inline URL. */
  purpose?: UrlOptions["purpose"];
};

export type FileUrlState = {
  /** The URL for `src` or `href`. Undefined until the first URL arrives, and after an error that a new URL cannot fix. */
  src: string | undefined;
  /**
   * The reason why the hook has no new URL. Undefined while the URL works. The code is `not_displayable` if the bucket returns the file,
   * but the element cannot show the file.
   */
  error: ValetKeyError | undefined;
  /** Pass this event handler to the element. The handler requests a new URL if the URL has expired, or if the bucket refuses the URL. */
  onError: (event?: SyntheticEvent) => void;
  /** Requests a new URL. Call `retry`, for example, from a button beside the error. */
  retry: () => void;
  /** Returns whether the URL has expired. A media player can then call `onError` before its next request fails. */
  isExpired: () => boolean;
};

/** The part of a URL's lifetime in which components share the URL. A component that mounts later requests a new URL. */
const REUSE_UNTIL = 0.9;
/** The part of a URL's lifetime after which `before-expiry` replaces the URL. */
const RENEW_AT = 0.8;
/** The pause before the hook requests a URL again after a temporary error. */
const RETRY_MS = 5_000;
/**
 * The pauses before the first, second and third replacement of a URL that failed before its expiry. After the fourth failure, the state
 * gets an error.
 */
const REPLACE_AFTER_MS = [0, 1_000, 3_000];
/** The value of `MediaError.MEDIA_ERR_NETWORK`. */
const NETWORK_ERROR = 2;

/** Holds the URL of one file. All components that show the file with the same options share one store. */
class FileUrlStore {
  readonly #issue: (signal: AbortSignal) => Promise<FileUrl>;
  readonly #renew: FileUrlOptions["renew"];
  readonly #listeners = new Set<() => void>();
  #state: FileUrlState;
  #age = () => Number.POSITIVE_INFINITY;
  #lifetimeMs = 0;
  #listening = new AbortController();
  #isBusy = false;
  /** Whether the next URL replaces an earlier URL. The audit event of such a URL has the purpose `renewal`. */
  #isRenewal = false;
  /** How many URLs in a row failed before their expiry. */
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

  /** Returns whether a component that mounts later can use the current URL. */
  isReusable(): boolean {
    const { src, error } = this.#state;
    return error === undefined && (src === undefined || !this.#isOlderThan(REUSE_UNTIL));
  }

  /** Returns whether the given part of the URL's lifetime is over. */
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

  /** Requests a new URL after the element reports an error, unless a new URL would also fail. */
  async #recover(event: SyntheticEvent | undefined): Promise<void> {
    const { src } = this.#state;
    const { signal } = this.#listening;
    if (src === undefined || this.#isBusy || signal.aborted) return;
    if (this.#isOlderThan(1)) this.#failures = 0;
    else if (!(await this.#mayRecover(src, { isNetworkError: codeOf(event) === NETWORK_ERROR }))) return;
    if (!signal.aborted) await this.#next();
  }

  /**
   * Returns whether a new URL can help. The element does not report why it failed, so the store requests one byte of the file. If a new URL
   * would also fail, the state gets the error.
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

  /** Requests the next URL of the file. The promise never rejects, because the state contains the error. */
  async #next(): Promise<void> {
    const { signal } = this.#listening;
    clearTimeout(this.#timer);
    this.#isBusy = true;
    // The clock starts before the service signs the URL. So the store never treats an expired URL as valid.
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

  /** Calls `next` when the page is visible, because a hidden page needs no URL. */
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

/** Returns the code of a media error. Only the events of audio and video elements have such a code. */
function codeOf(event: SyntheticEvent | undefined): number | undefined {
  return (event?.currentTarget as Partial<HTMLMediaElement> | undefined)?.error?.code;
}

const stores = new WeakMap<UrlClient, Map<string, FileUrlStore>>();

/** Returns the shared store of the file, or a new store. */
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
 * Requests one byte of the file, and returns whether the bucket accepts the URL. Throws `network`, `bucket_unavailable` or
 * `attachment_not_found`.
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
 * Starts a clock. The returned function returns the milliseconds since the start.
 *
 * The clock reads two system clocks, and returns the longer time. The first system clock never goes back. The second system clock also
 * counts the time in which the machine sleeps.
 */
function startClock(): () => number {
  const [ticks, time] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - ticks, Date.now() - time);
}
