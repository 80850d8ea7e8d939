import { type LinkClaim, type OpenedLink, ValetKeyError } from "@valetkey/client";
import { hasCode, type Visit, type Wanted } from "./page-context.ts";

type UrlOptions = {
  disposition: "attachment" | "inline";
  /** Whether the visitor has just clicked. Only a click may make a claim, because each claim counts as one use. */
  isClick: boolean;
  /** The URL of the large preview, in place of the file. */
  preview?: "large";
};

/** The claim of this visitor, and the URLs for the claim. If the link has a limit, a claim counts as one use. */
export type Claims = {
  /** The end of the time window. Until this instant, the visitor gets more URLs for the same claim. Undefined: the visitor has no claim. */
  windowEndsAt(): string | undefined;
  /** The number of remaining uses of the link. Undefined: the link has no limit. */
  claimsLeft(): number | undefined;
  /** Returns the URLs of all files of the link for one ZIP, by the id of the file. The caller must call the function after a click. */
  urlsForZip(): Promise<Map<string, string>>;
  /**
   * Returns a fresh URL. Without a click, the URL continues an earlier download. Rejects with `link_not_found` after the end of the window
   * without a click.
   */
  urlOf(attachmentId: string, options: UrlOptions): Promise<string>;
};

/** Makes the claims of this page. Calls `onChange` after each claim. */
export function createClaims(
  link: Pick<OpenedLink, "claim" | "claimsLeft">,
  { visit, onChange }: { visit: Pick<Visit, "claim" | "urls">; onChange: () => void },
): Claims {
  let claim = link.claim ?? undefined;
  let claimsLeft = link.claimsLeft ?? undefined;
  let claiming: Promise<LinkClaim> | undefined;

  /** Makes a claim. Two simultaneous clicks make one claim. */
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
   * Requests URLs for the earlier claim, or makes a new claim. The clock of the visitor may be wrong, so the service decides whether the
   * window is still open.
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
