import { connect } from "../calls.ts";
import { detectPlatform } from "../platform.ts";
import type { UploadStore } from "../stores/upload-store.ts";
import { defaultStore } from "../stores/web-store.ts";
import { requestCalls } from "./request-calls.ts";
import { visitCalls } from "./visit-calls.ts";

export type LinkOptions = {
  /** The URL of the service. In a page of the service itself: `location.origin`. */
  baseUrl: string;
  /** Default: the `fetch` of the platform. It must keep cookies, as a browser does. */
  fetch?: typeof globalThis.fetch;
  /** Stores unfinished uploads. Default: localStorage in a page, memory elsewhere. */
  store?: UploadStore;
};

/** A link, for a visitor without an account. Every failure is a ValetKeyError. */
export type OpenedLinkClient = ReturnType<typeof openLink>;

/**
 * Opens a link for a visitor. It sends nothing yet. `token` is the last part of the link's URL. Throws `invalid_option` when `baseUrl` is
 * not a URL.
 */
export function openLink(token: string, { store = defaultStore(), ...options }: LinkOptions) {
  const { baseUrl, fetch, call } = connect(options);
  const platform = detectPlatform({ fetch });
  return {
    ...visitCalls(call, token),
    ...requestCalls({ baseUrl, call, platform, store }, token),
  };
}
