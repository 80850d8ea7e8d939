import { type Call, createCall, type GetToken } from "./call.ts";
import { activityCalls } from "./calls/activity.ts";
import { attachmentCalls } from "./calls/attachments.ts";
import { linkCalls } from "./calls/links.ts";
import { noteCalls } from "./calls/notes.ts";
import { shareCalls } from "./calls/shares.ts";
import { tokenCalls } from "./calls/tokens.ts";
import { urlCalls } from "./calls/urls.ts";
import { ValetKeyError } from "./errors.ts";
import type { Instance, Me, Usage } from "./wire.ts";

export type CallsOptions = {
  /** The URL of the service, for example https://files.example.com. In a page of the service itself: `location.origin`. */
  baseUrl: string;
  /** A token of the caller. Without `token` and `getToken`, the session cookie identifies the caller. */
  token?: string;
  /** For short-lived tokens, instead of `token`. The client calls it before each request, and again after a 401. */
  getToken?: GetToken;
  /** Default: the `fetch` of the platform. */
  fetch?: typeof globalThis.fetch;
};

/** The calls to the service. Every failure is a ValetKeyError. */
export type Calls = ReturnType<typeof callsOn>;

/**
 * Makes a client without uploads and downloads. It sends nothing yet. Throws `invalid_option` when `baseUrl` is not a URL.
 *
 * It has a quarter of the code, for a page that loads `createClient` only when there is a file to send or to read.
 *
 * @example
 * ```ts
 * import { createCalls } from "@valetkey/client";
 *
 * const calls = createCalls({ baseUrl: "https://files.example.com", token: process.env.VALETKEY_TOKEN ?? "" });
 * const { role } = await calls.notes.create({ title: "Quarterly report" });
 * console.log(role); // owner
 * ```
 */
export function createCalls(options: CallsOptions): Calls {
  return callsOn(connect(options).call);
}

export function connect({ baseUrl: given, token, getToken, fetch = platformFetch }: CallsOptions) {
  const baseUrl = checkBaseUrl(given);
  const ask = getToken ?? (token === undefined ? undefined : () => token);
  return { baseUrl, fetch, call: createCall({ baseUrl, getToken: ask, fetch }) };
}

const platformFetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request);

export function callsOn(call: Call) {
  return {
    /** Returns the ways to sign in and the limits of the service. Needs no credentials. */
    instance: ({ signal }: { signal?: AbortSignal } = {}): Promise<Instance> =>
      call<Instance>("GET", "/instance", { signal }),
    /** Returns the caller as the service identifies them. */
    me: (): Promise<Me> => call<Me>("GET", "/me"),
    /** Returns the storage that the caller's notes use, and the quota. */
    usage: (): Promise<Usage> => call<Usage>("GET", "/usage"),
    notes: noteCalls(call),
    attachments: attachmentCalls(call),
    shares: shareCalls(call),
    links: linkCalls(call),
    activity: activityCalls(call),
    tokens: tokenCalls(call),
    ...urlCalls(call),
  };
}

function checkBaseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ValetKeyError(
      "invalid_option",
      `baseUrl is "${text}". It must be the URL of the service, for example https://files.example.com.`,
    );
  }
  return text.replace(/\/+$/, "");
}
