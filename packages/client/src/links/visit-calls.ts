import type { Call } from "../call.ts";
import type { ClaimBody, LinkClaim, PublicLink } from "../wire.ts";

/** The calls that a visitor can make to a link, without uploads. A cookie identifies the visitor. */
export function visitCalls(call: Call, token: string) {
  const link = `/public/links/${encodeURIComponent(token)}`;
  let lastClaim: Promise<unknown> = Promise.resolve();
  return {
    /** Returns the files of the link, or the information that the link is locked. Does not count as a download. */
    look: ({ signal }: { signal?: AbortSignal } = {}): Promise<PublicLink> => call<PublicLink>("GET", link, { signal }),
    /** Unlocks the link for this visitor. Throws `wrong_password` and `rate_limited`. */
    unlock: (password: string) => call<void>("POST", `${link}/unlock`, { body: { password } }),
    /** Sends a code to an email address, if the link lists it. The result does not show whether the link lists the email address. */
    requestCode: (email: string) => call<void>("POST", `${link}/codes`, { body: { email } }),
    /** Unlocks a link for certain people, with an email address and the code from a mail. Throws `wrong_code` and `rate_limited`. */
    proveEmail: (email: string, code: string) => call<void>("POST", `${link}/email`, { body: { email, code } }),
    /** Makes a claim (one download that counts), and returns its first URLs. Default: URLs that save all files of the link. */
    claim(wanted: ClaimBody = {}): Promise<LinkClaim> {
      // Sends one claim after the other. While the first claim is valid, the service returns it again and does not count a second one.
      const claimed = lastClaim.then(() => call<LinkClaim>("POST", `${link}/claims`, { body: wanted }));
      lastClaim = claimed.catch(() => undefined);
      return claimed;
    },
    /** Returns new URLs as long as the claim is valid, and does not count. After that time, it throws `link_not_found`. */
    urls: (claimId: string, wanted: ClaimBody = {}) =>
      call<LinkClaim>("POST", `${link}/claims/${encodeURIComponent(claimId)}/urls`, { body: wanted }),
  };
}
