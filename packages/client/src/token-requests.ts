import { type CallsOptions, connect } from "./calls.ts";
import type { RequestedToken, RequestedTokenState } from "./wire.ts";

/**
 * The calls with which a program without a browser gets an API token. The program shows the code, and polls until a signed-in person has
 * confirmed the code in the web app. Throws `invalid_option` when `baseUrl` is not a URL.
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
    /** Requests an API token. The person sees `label` before the confirmation. The token does not work yet. Throws `rate_limited`. */
    request: (label: string) => call<RequestedToken>("POST", "/token-requests", { body: { label } }),
    /** Returns the id of the token, or null before the confirmation. Throws `token_request_not_found` after a refusal or the expiry. */
    state: (token: string) => call<RequestedTokenState>("POST", "/token-requests/state", { body: { token } }),
  };
}
