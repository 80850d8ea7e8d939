import type { Call } from "../call.ts";
import type { ClaimBody, LinkClaim, PublicLink } from "../wire.ts";

/** The calls of a visitor to a link, without uploads. The session of the visitor is a cookie. */
export function visitCalls(call: Call, token: string) {
  const link = `/public/links/${encodeURIComponent(token)}`;
  let lastClaim: Promise<unknown> = Promise.resolve();
  return {
    /** Returns what the link opens, or that it is locked. It counts nothing. */
    look: ({ signal }: { signal?: AbortSignal } = {}): Promise<PublicLink> => call<PublicLink>("GET", link, { signal }),
    /** Unlocks the link for this visitor. Throws `wrong_password` and `rate_limited`. */
    unlock: (password: string) => call<void>("POST", `${link}/unlock`, { body: { password } }),
    /** Makes a claim, which counts once, and returns its first URLs. Default: all files, to be saved. */
    claim(wanted: ClaimBody = {}): Promise<LinkClaim> {
      // One after the other, because a claim in the window of an earlier one does not count.
      const claimed = lastClaim.then(() => call<LinkClaim>("POST", `${link}/claims`, { body: wanted }));
      lastClaim = claimed.catch(() => undefined);
      return claimed;
    },
    /** Returns fresh URLs in the window of a claim. It counts nothing. Throws `link_not_found` after the window. */
    urls: (claimId: string, wanted: ClaimBody = {}) =>
      call<LinkClaim>("POST", `${link}/claims/${encodeURIComponent(claimId)}/urls`, { body: wanted }),
  };
}
