import { type LinkClaim, type PublicLink, type Receipt, ValetKeyError } from "@valetkey/client";
import { createCall } from "../../../client/src/call.ts";

export type Wanted = { attachmentIds?: string[]; disposition?: "attachment" | "inline" };

/** The calls of a visitor to one link. Every failure is a ValetKeyError. */
export type Visit = ReturnType<typeof openVisit>;

export function openVisit(token: string) {
  const fetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request);
  const call = createCall({ baseUrl: location.origin, getToken: undefined, fetch });
  const root = `/public/links/${encodeURIComponent(token)}`;
  return {
    token,
    look: () => call<PublicLink>("GET", root),
    unlock: (password: string) => call<void>("POST", `${root}/unlock`, { body: { password } }),
    claim: (wanted: Wanted) => call<LinkClaim>("POST", `${root}/claims`, { body: wanted }),
    takeBack: (uploadId: string) => call<void>("DELETE", `${root}/uploads/${encodeURIComponent(uploadId)}`),
    receipt: (uploadId: string) => call<Receipt>("GET", `${root}/receipts/${encodeURIComponent(uploadId)}`),
    urls: (claimId: string, wanted: Wanted) =>
      call<LinkClaim>("POST", `${root}/claims/${encodeURIComponent(claimId)}/urls`, { body: wanted }),
  };
}

export function hasCode(error: unknown, code: ValetKeyError["code"]): error is ValetKeyError {
  return error instanceof ValetKeyError && error.code === code;
}
