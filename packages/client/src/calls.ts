import { type Call, createCall, type GetToken } from "./call.ts";
import { administrationCalls, tokenCalls, webhookCalls } from "./calls/administration.ts";
import { activityCalls, attachmentCalls, noteCalls, trashCalls, urlCalls } from "./calls/notes.ts";
import { accessRequestCalls, invitationCalls, linkCalls, shareCalls } from "./calls/sharing.ts";
import { ValetKeyError } from "./errors.ts";
import type * as wire from "./wire.ts";

export type CallsOptions = {
  /** The URL of the service, such as https://files.example.com. In a page, also a path on the origin of the page, such as `/files`. */
  baseUrl: string;
  /** An API token or a JWT of the caller, for the header `Authorization`. Default: the session cookie identifies the caller. */
  token?: string;
  /**
   * Replaces `token` for tokens that expire soon. The client calls `getToken` before each request, and once more after a response with
   * status 401. Default: `token`.
   */
  getToken?: GetToken;
  /**
   * The function that sends all HTTP requests, also the requests to the bucket. Add a secret header only to the requests to `baseUrl`.
   * Default: the `fetch` of the platform.
   */
  fetch?: typeof globalThis.fetch;
};

/** The calls to the service. Every failed call throws a ValetKeyError. */
export type Calls = ReturnType<typeof callsOn>;

/**
 * Makes a client without uploads and downloads. `createCalls` sends no request. Throws `invalid_option` if `baseUrl` is not a URL.
 *
 * `createCalls` needs a quarter of the code of `createClient`. A page can load the code of `createClient` later, when the user adds a file.
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

const MAIL_PREFERENCES = "/me/mail-preferences";

export function callsOn(call: Call) {
  return {
    /** Returns the sign-in methods and the limits of the service. Needs no credentials. */
    instance: ({ signal }: { signal?: AbortSignal } = {}): Promise<wire.Instance> =>
      call<wire.Instance>("GET", "/instance", { signal }),
    /** Returns the user whom the service identifies as the caller. */
    me: (): Promise<wire.Me> => call<wire.Me>("GET", "/me"),
    /** Returns the mail preferences of the caller: `at_once`, `daily` or `never` for each topic. */
    mailPreferences: (): Promise<wire.MailPreferences> => call<wire.MailPreferences>("GET", MAIL_PREFERENCES),
    /** Changes the mail preferences of the caller for the given topics, and keeps the preferences for all other topics. */
    setMailPreferences: (body: wire.UpdateMailPreferencesBody): Promise<wire.MailPreferences> =>
      call<wire.MailPreferences>("PUT", MAIL_PREFERENCES, { body }),
    /** Returns the storage that the notes of the caller use, and the caller's quotas. */
    usage: (): Promise<wire.Usage> => call<wire.Usage>("GET", "/usage"),
    /**
     * Returns which parts of the caller's data have changed since `state`, a value from an earlier response. Read the changed parts again.
     * For `EventSource`, the route `GET /changes` is also a stream of server-sent events.
     */
    changes: ({ signal, ...query }: wire.ChangesQuery & { signal?: AbortSignal } = {}): Promise<wire.Changes> =>
      call<wire.Changes>("GET", "/changes", { query: { ...query }, signal }),
    notes: noteCalls(call),
    attachments: attachmentCalls(call),
    shares: shareCalls(call),
    invitations: invitationCalls(call),
    accessRequests: accessRequestCalls(call),
    links: linkCalls(call),
    activity: activityCalls(call),
    tokens: tokenCalls(call),
    trash: trashCalls(call),
    webhooks: webhookCalls(call),
    admin: administrationCalls(call),
    ...urlCalls(call),
  };
}

/** Matches a path on the origin of the page. Two slashes at the start would mean a host name. */
const PATH = /^\/(?![/\\])/;

function checkBaseUrl(text: string): string {
  const isUrl = URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
  if (!isUrl && !PATH.test(text)) {
    throw new ValetKeyError(
      "invalid_option",
      `baseUrl is "${text}". It must be a URL such as https://files.example.com, or a path such as /files.`,
    );
  }
  return text.replace(/\/+$/, "");
}

/**
 * Calls with which a program without a browser gets an API token. The program shows the code, and polls until a signed-in person has
 * confirmed the code in the web app. Throws `invalid_option` if `baseUrl` is not a URL.
 *
 * @example
 * ```ts
 * import { openTokenRequests } from "@valetkey/client";
 *
 * const requests = openTokenRequests({ baseUrl: "https://files.example.com" });
 * const { token, code, confirmUrl } = await requests.request("backup on server 7");
 * console.log(new URL(confirmUrl).pathname, code.length); // /terminal 9
 * console.log((await requests.state(token)).tokenId); // null
 * ```
 */
export function openTokenRequests(options: Pick<CallsOptions, "baseUrl" | "fetch">) {
  const { call } = connect(options);
  return {
    /** Requests an API token, which works only after the confirmation. The person sees `label` before confirming. Throws `rate_limited`. */
    request: (label: string) => call<wire.RequestedToken>("POST", "/token-requests", { body: { label } }),
    /**
     * Returns the id of the token, or null before the confirmation. Throws `token_request_not_found` if the request was refused or expired.
     */
    state: (token: string) => call<wire.RequestedTokenState>("POST", "/token-requests/state", { body: { token } }),
  };
}
