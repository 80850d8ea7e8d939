import type { Attachment } from "../../domain/attachment.ts";
import type { Link, LinkClaim } from "../../domain/link.ts";
import type { Downloadable } from "./access.ts";

/** A ready file that a link opens. */
export type LinkedFile = Downloadable & Pick<Attachment, "sizeBytes">;

/** The queries of visitors. */
export type LinkVisitQueries = {
  /** The ready files of the link in order of creation, at most 1,000. */
  readyFiles(link: Pick<Link, "id" | "noteId" | "attachmentIds">): Promise<LinkedFile[]>;
  /** The claim of this visitor whose window is open at `now`. */
  findOpenClaim(
    of: Pick<LinkClaim, "linkId" | "generation" | "visitorId"> & { now: number },
  ): Promise<LinkClaim | undefined>;
  /**
   * Counts a claim and stores it, if the link still has a claim left and is live with this generation and password.
   * Atomic: of parallel claims, exactly as many succeed as the link has left. In a transaction.
   * Returns the stored claim, or the open claim that the visitor made meanwhile. Undefined: the link has no claim left.
   */
  claim(link: Pick<Link, "generation" | "passwordVersion">, claim: LinkClaim): Promise<LinkClaim | undefined>;
  /** Adds URLs to a claim while its window is open and its link is live. False: nothing was added. In a transaction. */
  addUrls(
    claim: Pick<LinkClaim, "id" | "linkId" | "generation">,
    issued: { passwordVersion: number; count: number; lastUrlExpiresAt: number; now: number },
  ): Promise<boolean>;
  countOpened(linkId: string): Promise<void>;
};
