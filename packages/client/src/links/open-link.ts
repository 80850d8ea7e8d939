import { connect } from "../calls.ts";
import { detectPlatform } from "../platform.ts";
import type { UploadStore } from "../stores/upload-store.ts";
import { defaultStore } from "../stores/web-store.ts";
import type { LinkFile } from "../wire.ts";
import { downloadOfLink } from "./download-of-link.ts";
import { fileRequest } from "./file-request.ts";
import { keepCookies } from "./keep-cookies.ts";
import { visitCalls } from "./visit-calls.ts";

export type LinkOptions = {
  /** The URL of the service. In a page of the service itself: `location.origin`. */
  baseUrl: string;
  /** Default: the `fetch` of the platform. */
  fetch?: typeof globalThis.fetch;
  /** Stores unfinished uploads. Default: localStorage in a page, memory elsewhere. */
  store?: UploadStore;
};

/** The calls that a visitor without an account can make to a link. Every failure is a ValetKeyError. */
export type OpenedLinkClient = ReturnType<typeof openLink>;

/**
 * Opens a link for a visitor. This function sends no request. `token` is the last part of the URL of the link. Throws `invalid_option`
 * when `baseUrl` is not a URL.
 *
 * @example
 * ```ts
 * import { openLink } from "@valetkey/client";
 *
 * const link = openLink("the-token-of-the-link", { baseUrl: "https://files.example.com" });
 * const opened = await link.look();
 * if (opened.state === "open") {
 *   for (const file of opened.files ?? []) {
 *     const { blob } = await link.download(file);
 *     console.log(file.filename, (await blob()).size); // hello.txt 5
 *   }
 * }
 * ```
 */
export function openLink(token: string, { store = defaultStore(), ...options }: LinkOptions) {
  const { baseUrl, fetch } = connect(options);
  const { call } = connect({ baseUrl, fetch: keepCookies(fetch) });
  const platform = detectPlatform({ fetch });
  const calls = visitCalls(call, token);
  return {
    ...calls,
    /**
     * Makes a claim for a file (one use of the link) and reads the file from the bucket. After a broken connection, the download
     * resumes with a new URL, as long as the claim is valid.
     */
    download: (file: LinkFile, { signal }: { signal?: AbortSignal } = {}) =>
      downloadOfLink({ calls, fetch, platform }, { file, signal }),
    ...fileRequest({ baseUrl, call, platform, store, look: calls.look }, token),
  };
}
