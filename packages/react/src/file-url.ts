import { type FilesClient, type FileUrl, ValetKeyError } from "@valetkey/client";

export type FileUrlOptions = {
  /** Seconds that each URL lives. Default and maximum: `urlTtlSeconds` of the resource. */
  expiresIn?: number | undefined;
  /** Default `inline`. A file that a browser must not show is still an attachment. */
  disposition?: "attachment" | "inline" | undefined;
  /**
   * When to replace the URL. Default `before-expiry`.
   * Use `on-error` for a video: a new `src` would restart it.
   */
  renew?: "before-expiry" | "on-error" | undefined;
};

export type FileUrlState = {
  /** The URL for `src` or `href`. Undefined until the first one arrives, and after the access has ended. */
  src: string | undefined;
  /** Why there is no URL. Undefined while there is one. */
  error: ValetKeyError | undefined;
  /** Put it on the element: it replaces a URL that the bucket refuses. */
  onError: () => void;
};

/** A URL is replaced when this part of its life is over. */
const RENEW_AT = 0.8;
/** The wait after a failure that may pass, such as a lost connection. Milliseconds. */
const RETRY_MS = 5_000;
const ACCESS_ENDED: ReadonlySet<string> = new Set(["access_denied", "attachment_not_found", "unauthenticated"]);

/** The URL of one file, which is fresh as long as somebody listens. */
export class FileUrlStore {
  readonly #issue: (isFirst: boolean, signal: AbortSignal) => Promise<FileUrl>;
  readonly #renew: FileUrlOptions["renew"];
  readonly #listeners = new Set<() => void>();
  #state: FileUrlState;
  #listening = new AbortController();
  #isIssuing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The expiry of a URL that replaced one after an error, by `performance.now()`. */
  #replacementEndsAt = 0;

  constructor(client: FilesClient, fileId: string, { expiresIn, disposition = "inline", renew }: FileUrlOptions) {
    this.#renew = renew;
    this.#issue = (isFirst, signal) =>
      client.urlFor(fileId, {
        disposition,
        signal,
        ...(expiresIn !== undefined && { expiresIn }),
        ...(!isFirst && { purpose: "renewal" as const }),
      });
    this.#state = { src: undefined, error: undefined, onError: () => this.#replace() };
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

  #start(): void {
    this.#listening = new AbortController();
    this.#isIssuing = false;
    const { signal } = this.#listening;
    // Strict mode subscribes twice in a row, and needs one URL.
    queueMicrotask(() => {
      if (!signal.aborted) void this.#next({ isReplacement: false });
    });
  }

  #stop(): void {
    this.#listening.abort();
    clearTimeout(this.#timer);
  }

  /** Replaces a URL after an error of the element. An error of the replacement before its expiry has another cause. */
  #replace(): void {
    if (this.#isIssuing || this.#listening.signal.aborted) return;
    if (performance.now() >= this.#replacementEndsAt) {
      void this.#next({ isReplacement: true });
      return;
    }
    const error = new ValetKeyError("bucket_refused", "The element could not load the file from the bucket.");
    this.#set({ src: undefined, error });
  }

  /** Never rejects: the state holds the failure. */
  async #next({ isReplacement }: { isReplacement: boolean }): Promise<void> {
    const { signal } = this.#listening;
    clearTimeout(this.#timer);
    this.#isIssuing = true;
    try {
      const { fileUrl, expiresIn } = await this.#issue(this.#state.src === undefined, signal);
      if (signal.aborted) return;
      this.#replacementEndsAt = isReplacement ? performance.now() + expiresIn * 1000 : 0;
      this.#set({ src: fileUrl, error: undefined });
      if (this.#renew !== "on-error") this.#nextIn(expiresIn * 1000 * RENEW_AT);
    } catch (cause) {
      if (signal.aborted) return;
      this.#fail(cause instanceof ValetKeyError ? cause : new ValetKeyError("network", "There is no URL.", { cause }));
    } finally {
      if (!signal.aborted) this.#isIssuing = false;
    }
  }

  #fail(error: ValetKeyError): void {
    const isOver = ACCESS_ENDED.has(error.code);
    this.#set({ src: isOver ? undefined : this.#state.src, error });
    if (!isOver) this.#nextIn(RETRY_MS);
  }

  #nextIn(milliseconds: number): void {
    this.#timer = setTimeout(() => this.#whenVisible(() => void this.#next({ isReplacement: false })), milliseconds);
  }

  /** A page in the background needs no URL. */
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
