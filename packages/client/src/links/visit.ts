import type { Call } from "../call.ts";
import { type CallsOptions, connect } from "../calls.ts";
import type { ClaimBody, LinkClaim, LinkPreviewUrls, PublicLink } from "../wire.ts";

/** The calls that a visitor can make to a link, without uploads. */
export type LinkCalls = ReturnType<typeof visitCalls>;

/** How a visitor opens a link. */
export type VisitOptions = {
  /** The code at the end of the URL in a mail (`#to=…`). With it, the sender of the mail sees that its receiver visited the link. */
  receiverCode?: string | undefined;
};

/**
 * Opens a link with the calls of a visitor, without the code for uploads. A page can load `openLink` later, when there is a file to send.
 * The function `openLinkCalls` sends no request. Throws `invalid_option` when `baseUrl` is not a URL.
 */
export function openLinkCalls(
  token: string,
  { receiverCode, ...options }: Pick<CallsOptions, "baseUrl" | "fetch"> & VisitOptions,
): LinkCalls {
  return visitCalls(callOfReceiver(connect(options).call, { receiverCode }), token);
}

/** Sends the code of the mail with each call. */
export function callOfReceiver(call: Call, { receiverCode }: VisitOptions): Call {
  if (receiverCode === undefined) return call;
  return (method, path, options) =>
    call(method, path, { ...options, headers: { ...options?.headers, "link-receiver": receiverCode } });
}

/** The calls that a visitor can make to a link, without uploads. A cookie identifies the visitor of a link. */
export function visitCalls(call: Call, token: string) {
  const link = `/public/links/${encodeURIComponent(token)}`;
  let lastClaim: Promise<unknown> = Promise.resolve();
  return {
    /** Returns the files of the link, or reports that the link is locked. A call of `look` does not count as a download. */
    look: ({ signal }: { signal?: AbortSignal } = {}): Promise<PublicLink> => call<PublicLink>("GET", link, { signal }),
    /** Unlocks the link for the visitor with a password. Throws `wrong_password` and `rate_limited`. */
    unlock: (password: string) => call<void>("POST", `${link}/unlock`, { body: { password } }),
    /** Sends a code to an email address that the link lists. For every other email address, the service responds equally. */
    requestCode: (email: string) => call<void>("POST", `${link}/codes`, { body: { email } }),
    /** Unlocks a link with a listed email address and the code from a mail. Throws `wrong_code` and `rate_limited`. */
    proveEmail: (email: string, code: string) => call<void>("POST", `${link}/email`, { body: { email, code } }),
    /**
     * Makes a claim (one use of the link), and returns the first URLs of the claim. By default, `claim` returns URLs that save all files of
     * the link.
     */
    claim(wanted: ClaimBody = {}): Promise<LinkClaim> {
      // The client sends claim requests one by one, so that the service counts only one claim.
      const claimed = lastClaim.then(() => call<LinkClaim>("POST", `${link}/claims`, { body: wanted }));
      lastClaim = claimed.catch(() => undefined);
      return claimed;
    },
    /**
     * Returns URLs of the small pictures of up to 100 files, and counts no download. Throws `preview_not_found` if the link shows no
     * pictures before a download.
     */
    previews: (attachmentIds: readonly string[], { signal }: { signal?: AbortSignal } = {}) =>
      call<LinkPreviewUrls>("POST", `${link}/previews`, { body: { attachmentIds: [...attachmentIds] }, signal }),
    /** Returns new URLs of a valid claim, and counts no download. Throws `link_not_found` if the claim is not valid. */
    urls: (claimId: string, wanted: ClaimBody = {}) =>
      call<LinkClaim>("POST", `${link}/claims/${encodeURIComponent(claimId)}/urls`, { body: wanted }),
  };
}
