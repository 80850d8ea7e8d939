import { type LinkClaim, type OpenedLink, ValetKeyError } from "@valetkey/client";
import { hasCode, type Visit, type Wanted } from "./page-context.ts";

type UrlOptions = {
  disposition: "attachment" | "inline";
  /** Whether the visitor has just clicked. Only a click may make a claim, because a claim counts as one use of the link. */
  isClick: boolean;
  /** Requests the URL of the large preview in place of the file. */
  preview?: "large";
};

/** The claim of this visitor, and the URLs that this claim gives. A claim counts as one use of a link with a limit. */
export type Claims = {
  /** The end of the time window in which the same claim gives more URLs to the visitor. Undefined if the visitor has no claim. */
  windowEndsAt(): string | undefined;
  /** How often visitors can still use the link. Undefined if the link has no limit. */
  claimsLeft(): number | undefined;
  /** Returns the URLs of all files of the link for a ZIP, by the id of the file. Call this function only after a click. */
  urlsForZip(): Promise<Map<string, string>>;
  /**
   * Returns a new URL. Without a click, the URL continues an earlier download. Without a click and after the time window, rejects with
   * `link_not_found`.
   */
  urlOf(attachmentId: string, options: UrlOptions): Promise<string>;
};

/** Makes the claims of the page. Calls `onChange` after each claim. */
export function createClaims(
  link: Pick<OpenedLink, "claim" | "claimsLeft">,
  { visit, onChange }: { visit: Pick<Visit, "claim" | "urls">; onChange: () => void },
): Claims {
  let claim = link.claim ?? undefined;
  let claimsLeft = link.claimsLeft ?? undefined;
  let claiming: Promise<LinkClaim> | undefined;

  /** Makes a claim. Two clicks at the same time make only one claim. */
  async function makeClaim(wanted: Wanted): Promise<LinkClaim> {
    if (claiming !== undefined) {
      const { claimId } = await claiming;
      return visit.urls(claimId, wanted);
    }
    claiming = visit.claim(wanted);
    try {
      const made = await claiming;
      claim = { id: made.claimId, windowEndsAt: made.windowEndsAt };
      if (claimsLeft !== undefined) claimsLeft = Math.max(0, claimsLeft - 1);
      onChange();
      return made;
    } finally {
      claiming = undefined;
    }
  }

  /**
   * Requests URLs for the earlier claim, or makes a new claim. The service decides whether the time window is still open, because the clock
   * of the visitor may be wrong.
   */
  async function request(wanted: Wanted, { isClick }: Pick<UrlOptions, "isClick">): Promise<LinkClaim> {
    if (claim !== undefined) {
      try {
        return await visit.urls(claim.id, wanted);
      } catch (error) {
        if (!isClick || !hasCode(error, "link_not_found")) throw error;
        claim = undefined;
      }
    }
    if (!isClick) throw new ValetKeyError("link_not_found", "There is no claim.");
    return makeClaim(wanted);
  }

  return {
    windowEndsAt: () => claim?.windowEndsAt,
    claimsLeft: () => claimsLeft,
    async urlsForZip() {
      const { urls } = await request({ disposition: "attachment", purpose: "zip" }, { isClick: true });
      return new Map(urls.map(({ attachmentId, fileUrl }) => [attachmentId, fileUrl]));
    },
    async urlOf(attachmentId, { isClick, ...options }) {
      const wanted = { attachmentIds: [attachmentId], ...options, ...(!isClick && ({ purpose: "renewal" } as const)) };
      const { urls } = await request(wanted, { isClick });
      const [url] = urls;
      if (url === undefined) throw new Error("The claim has no URL.");
      return url.fileUrl;
    },
  };
}
