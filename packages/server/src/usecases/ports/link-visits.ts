import type { Attachment } from "../../domain/attachment.ts";
import type { Link, LinkClaim } from "../../domain/link.ts";
import type { Downloadable } from "./access.ts";

/** A ready file that a link opens. */
export type LinkedFile = Downloadable & Pick<Attachment, "sizeBytes">;

/** `lastUrlExpiresAt`: when the last of these URLs expires. Milliseconds since the epoch. */
export type IssuedUrls = { count: number; lastUrlExpiresAt: number };

/** The queries that run when a visitor uses a link. */
export type LinkVisitQueries = {
  /** Returns the ready files of the link in order of creation, at most 1,000. */
  readyFiles(link: Pick<Link, "id" | "noteId" | "attachmentIds">): Promise<LinkedFile[]>;
  /** Returns the claim of this visitor whose window is open at `now`. */
  findOpenClaim(
    of: Pick<LinkClaim, "linkId" | "generation" | "visitorId"> & { now: number },
  ): Promise<LinkClaim | undefined>;
  /**
   * Counts a claim with its first URLs and stores it. The link must have a claim left, and must still work with
   * this generation and password.
   * Atomic: if several claims run at the same time, only as many succeed as the link has left. Call it in a transaction.
   * Returns the stored claim, or the open claim that a parallel request of the visitor made. Returns undefined if the link has no
   * claim left.
   */
  claim(
    link: Pick<Link, "generation" | "passwordVersion">,
    made: { claim: LinkClaim; issued: IssuedUrls },
  ): Promise<LinkClaim | undefined>;
  /**
   * Counts more URLs of a claim, but only if the time window of the claim is still open and the link still works.
   * Returns false if it counted nothing.
   * Locks the link. So a call waits for a revocation that runs, and then finds the link revoked.
   */
  addUrls(
    claim: Pick<LinkClaim, "id" | "linkId" | "generation">,
    issued: IssuedUrls & { passwordVersion: number; now: number },
  ): Promise<boolean>;
  /** Deletes up to `limit` claims whose window ended before this instant. Returns the number of deleted claims. */
  deleteClaims(before: number, options: { limit: number }): Promise<number>;
  /** Counts a visitor, and returns the number of all visitors. Call it in a transaction. */
  countOpened(linkId: string): Promise<number | undefined>;
};
