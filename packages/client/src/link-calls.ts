import type { Call } from "./call.ts";
import { type CallsOptions, connect } from "./calls.ts";
import type { ClaimBody, LinkClaim, PublicLink } from "./wire.ts";

/** The calls of a visitor to a link, without uploads. The session of the visitor is a cookie. */
function visitCalls(call: Call, token: string) {
  const link = `/public/links/${encodeURIComponent(token)}`;
  return {
    /** Returns what the link opens, or that it is locked. It counts nothing. */
    look: ({ signal }: { signal?: AbortSignal } = {}): Promise<PublicLink> => call<PublicLink>("GET", link, { signal }),
    /** Unlocks the link for this visitor. Throws `wrong_password` and `rate_limited`. */
    unlock: (password: string) => call<void>("POST", `${link}/unlock`, { body: { password } }),
    /** Makes a claim, which counts once, and returns its first URLs. Default: all files, to be saved. */
    claim: (wanted: ClaimBody = {}) => call<LinkClaim>("POST", `${link}/claims`, { body: wanted }),
    /** Returns fresh URLs in the window of a claim. It counts nothing. Throws `link_not_found` after the window. */
    urls: (claimId: string, wanted: ClaimBody = {}) =>
      call<LinkClaim>("POST", `${link}/claims/${encodeURIComponent(claimId)}/urls`, { body: wanted }),
  };
}

/** The calls of a visitor to a link, without uploads and downloads. */
export type LinkCalls = ReturnType<typeof visitCalls>;

/**
 * Opens a link without the code of uploads and downloads, for a page that loads `openLink` only when there is a file to send. It sends
 * nothing yet. Throws `invalid_option` when `baseUrl` is not a URL.
 */
export function openLinkCalls(token: string, options: Pick<CallsOptions, "baseUrl" | "fetch">): LinkCalls {
  return visitCalls(connect(options).call, token);
}
