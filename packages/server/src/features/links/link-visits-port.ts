import type { Downloadable } from "../access/access-port.ts";
import type { Attachment } from "../access/attachment.ts";
import type { Link, LinkClaim } from "./link.ts";

/** A ready file that a link opens. */
export type LinkedFile = Downloadable & Pick<Attachment, "sizeBytes">;

/** The number of issued URLs. `lastUrlExpiresAt`: the instant at which the last of these URLs expires. Milliseconds since the epoch. */
export type IssuedUrls = { count: number; lastUrlExpiresAt: number };

/** The queries that run when a visitor uses a link. */
export type LinkVisitQueries = {
  /** Returns the ready files of the link in order of creation, at most 1,000. */
  readyFiles(link: Pick<Link, "id" | "noteId" | "attachmentIds">): Promise<LinkedFile[]>;
  /** Returns the claim of this visitor (a download that counts) if its time window is still open at `now`. */
  findOpenClaim(
    of: Pick<LinkClaim, "linkId" | "generation" | "visitorId"> & { now: number },
  ): Promise<LinkClaim | undefined>;
  /**
   * Counts and stores a claim with its first URLs. The link must still work, with this generation and version of the password. It must not
   * have reached its maximum number of claims.
   * Atomic: if several claims run at the same time, they can't exceed this maximum. Call it in a transaction.
   * Returns the stored claim, or the open claim that a parallel request of the visitor made. Returns undefined if the link does not allow
   * the claim.
   */
  claim(
    link: Pick<Link, "generation" | "passwordVersion">,
    made: { claim: LinkClaim; issued: IssuedUrls },
  ): Promise<LinkClaim | undefined>;
  /**
   * Counts more URLs of a claim, if the time window of the claim is still open and the link still works. If not, counts nothing and returns
   * false.
   * Locks the link. If a revocation of the link is running, the call waits for it and then finds the link revoked.
   */
  addUrls(
    claim: Pick<LinkClaim, "id" | "linkId" | "generation">,
    issued: IssuedUrls & { passwordVersion: number; now: number },
  ): Promise<boolean>;
  /** Deletes the claims whose time window ended before this instant. */
  deleteClaims(before: number): Promise<void>;
  /** Counts a new visitor of a link, and returns the number of all visitors of the link. Call it in a transaction. */
  countOpened(linkId: string): Promise<number | undefined>;
};
