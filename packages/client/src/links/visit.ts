import type { Call } from "../call.ts";
import { type CallsOptions, connect } from "../calls.ts";
import type { ClaimBody, LinkClaim, LinkPreviewUrls, PublicLink } from "../wire.ts";

/** Calls of a visitor for a link, without uploads. */
export type LinkCalls = ReturnType<typeof visitCalls>;

/** Options with which a visitor opens a link. */
export type VisitOptions = {
  /** The code at the end of a link's URL in a mail (`#to=…`). The code tells the sender of the mail that this receiver visited the link. */
  receiverCode?: string | undefined;
};

/**
 * Opens a link for a visitor, without the code for uploads. A page can load `openLink` later, when the visitor wants to send a file.
 * `openLinkCalls` sends no request. Throws `invalid_option` if `baseUrl` is not a URL.
 */
export function openLinkCalls(
  token: string,
  { receiverCode, ...options }: Pick<CallsOptions, "baseUrl" | "fetch"> & VisitOptions,
): LinkCalls {
  return visitCalls(callOfReceiver(connect(options).call, { receiverCode }), token);
}

/** Adds the receiver's code from the mail to each call. */
export function callOfReceiver(call: Call, { receiverCode }: VisitOptions): Call {
  if (receiverCode === undefined) return call;
  return (method, path, options) =>
    call(method, path, { ...options, headers: { ...options?.headers, "link-receiver": receiverCode } });
}

/** Calls of a visitor for a link, without uploads. A cookie identifies the visitor. */
export function visitCalls(call: Call, token: string) {
  const link = `/public/links/${encodeURIComponent(token)}`;
  let lastClaim: Promise<unknown> = Promise.resolve();
  return {
    /** Returns the files of the link, or says that the link is locked. Does not count as a download. */
    look: ({ signal }: { signal?: AbortSignal } = {}): Promise<PublicLink> => call<PublicLink>("GET", link, { signal }),
    /** Unlocks the link for this visitor with a password. Throws `wrong_password` and `rate_limited`. */
    unlock: (password: string) => call<void>("POST", `${link}/unlock`, { body: { password } }),
    /** Mails a code to an email address that the link lists. The response is the same for all other email addresses. */
    requestCode: (email: string) => call<void>("POST", `${link}/codes`, { body: { email } }),
    /** Unlocks the link with a listed email address and the code from the mail. Throws `wrong_code` and `rate_limited`. */
    proveEmail: (email: string, code: string) => call<void>("POST", `${link}/email`, { body: { email, code } }),
    /** Makes a claim (one use of the link), and returns the first URLs of the claim. Default: URLs that save all files of the link. */
    claim(wanted: ClaimBody = {}): Promise<LinkClaim> {
      // The client sends one claim request at a time, so that the service counts only one claim.
      const claimed = lastClaim.then(() => call<LinkClaim>("POST", `${link}/claims`, { body: wanted }));
      lastClaim = claimed.catch(() => undefined);
      return claimed;
    },
    /**
     * Returns URLs of the small previews of up to 100 files, without a claim. Throws `preview_not_found` if the link shows previews only
     * after a claim.
     */
    previews: (attachmentIds: readonly string[], { signal }: { signal?: AbortSignal } = {}) =>
      call<LinkPreviewUrls>("POST", `${link}/previews`, { body: { attachmentIds: [...attachmentIds] }, signal }),
    /** Returns new URLs for a valid claim. Does not count as another download. Throws `link_not_found` if the claim is not valid. */
    urls: (claimId: string, wanted: ClaimBody = {}) =>
      call<LinkClaim>("POST", `${link}/claims/${encodeURIComponent(claimId)}/urls`, { body: wanted }),
  };
}
