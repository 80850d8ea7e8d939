import type { Call } from "../call.ts";
import type { ClaimBody, LinkClaim, PublicLink } from "../wire.ts";

/** The calls that a visitor can make to a link, without uploads. The session of the visitor is a cookie. */
export function visitCalls(call: Call, token: string) {
  const link = `/public/links/${encodeURIComponent(token)}`;
  let lastClaim: Promise<unknown> = Promise.resolve();
  return {
    /** Returns the files behind the link, or that the link is locked. Does not count as a claim. */
    look: ({ signal }: { signal?: AbortSignal } = {}): Promise<PublicLink> => call<PublicLink>("GET", link, { signal }),
    /** Unlocks the link for this visitor. Throws `wrong_password` and `rate_limited`. */
    unlock: (password: string) => call<void>("POST", `${link}/unlock`, { body: { password } }),
    /** Sends a code to an email address, if the link lists this address. The result does not show whether the link lists it. */
    requestCode: (email: string) => call<void>("POST", `${link}/codes`, { body: { email } }),
    /** Opens a link for certain people with a code from a mail. Throws `wrong_code` and `rate_limited`. */
    proveEmail: (email: string, code: string) => call<void>("POST", `${link}/email`, { body: { email, code } }),
    /** Makes a claim, which counts once, and returns the first URLs of the claim. Default: URLs that save all files. */
    claim(wanted: ClaimBody = {}): Promise<LinkClaim> {
      // Claims run one after the other, because a second claim does not count while the first claim is valid.
      const claimed = lastClaim.then(() => call<LinkClaim>("POST", `${link}/claims`, { body: wanted }));
      lastClaim = claimed.catch(() => undefined);
      return claimed;
    },
    /** Returns new URLs while a claim is valid (its window is open). Does not count as another claim. Throws `link_not_found` after that time. */
    urls: (claimId: string, wanted: ClaimBody = {}) =>
      call<LinkClaim>("POST", `${link}/claims/${encodeURIComponent(claimId)}/urls`, { body: wanted }),
  };
}
