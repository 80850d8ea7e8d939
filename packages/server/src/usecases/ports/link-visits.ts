import type { Attachment } from "../../domain/attachment.ts";
import type { Link, LinkClaim } from "../../domain/link.ts";
import type { Downloadable } from "./access.ts";

/** A ready file that a link opens. */
export type LinkedFile = Downloadable & Pick<Attachment, "sizeBytes">;

/** The queries of visitors. */
export type LinkVisitQueries = {
  /** The ready files of the link in order of creation, at most 1,000. */
  readyFiles(link: Pick<Link, "id" | "noteId" | "attachmentIds">): Promise<LinkedFile[]>;
  findClaim(claimId: string): Promise<LinkClaim | undefined>;
  /**
   * Counts a claim and stores it, if the link still has a claim left and is live with this generation and password.
   * Atomic: of parallel claims, exactly as many succeed as the link has left. False: nothing was counted. In a transaction.
   */
  claim(link: Pick<Link, "generation" | "passwordVersion">, claim: LinkClaim): Promise<boolean>;
  /** Adds URLs to a claim while its window is open and its link is live. False: nothing was added. In a transaction. */
  addUrls(
    claim: Pick<LinkClaim, "id" | "linkId" | "generation">,
    issued: { passwordVersion: number; count: number; lastUrlExpiresAt: number; now: number },
  ): Promise<boolean>;
  countOpened(linkId: string): Promise<void>;
};
