import type { FileRequest } from "@valetkey/contract";
import type { LinkPolicy } from "../../platform/config/limits.ts";
import type { LinkKind, LinkNotify, Role, ShareRole } from "../../platform/database/unions.ts";
import type { Attachment } from "../access/attachment.ts";
import type { Downloadable } from "../access/queries.ts";

/** A link that gives people without an account access to files of one note. Instants are milliseconds since the epoch. */
export type Link = {
  id: string;
  /**
   * The token in the URL depends on the generation. A new URL for the link increases the generation, so that earlier tokens stop working.
   */
  generation: number;
  kind: LinkKind;
  noteId: string;
  /** The owner of the note. */
  ownerId: string;
  createdBy: string;
  label: string;
  message: string;
  /** Undefined if the link opens every ready file of the note. */
  attachmentIds: readonly string[] | undefined;
  /** Undefined if the link lives until it is revoked. */
  expiresAt: number | undefined;
  /** An Argon2id hash in the PHC string format. Undefined if the link has no password. */
  passwordHash: string | undefined;
  /**
   * Each change of the password or the recipients increases the version. After a change, visitors who entered an earlier password must
   * enter the new password.
   */
  passwordVersion: number;
  /** Undefined if the number of download claims has no limit. */
  maxClaims: number | undefined;
  claims: number;
  opened: number;
  urlTtlSeconds: number;
  notify: LinkNotify;
  /**
   * The normalised email addresses. A visitor must prove that they own one of these addresses. Empty: the link works for everybody who has
   * it.
   */
  recipients: readonly string[];
  /** The limits of a file request. The expiry of the link is the deadline. Defined for the kind `upload` only. */
  request: FileRequest | undefined;
  createdAt: number;
  revokedAt: number | undefined;
};

/** One deliberate download by one visitor. Until `windowEndsAt`, the visitor can get more URLs, and the service counts no further claim. */
export type LinkClaim = {
  id: string;
  linkId: string;
  generation: number;
  visitorId: string;
  claimedAt: number;
  windowEndsAt: number;
};

/**
 * Returns the instant after which visitors can no longer open the link. If the operator shortened the longest life after the creation of
 * the link, the shorter life applies.
 * Returns undefined if the link lives until it is revoked.
 */
export function effectiveExpiry(
  { createdAt, expiresAt }: Pick<Link, "createdAt" | "expiresAt">,
  { maxExpirySeconds }: Pick<LinkPolicy, "maxExpirySeconds">,
): number | undefined {
  if (maxExpirySeconds === undefined) return expiresAt;
  return Math.min(expiresAt ?? Number.POSITIVE_INFINITY, createdAt + maxExpirySeconds * 1000);
}

/**
 * Whether a person who may make links of the note may also edit this link. A link stops working when its creator loses access to the note.
 * If an editor could change the link of another person, the editor could still use that link after losing access to the note.
 */
export function mayEditLink({ ownerId, createdBy }: Pick<Link, "ownerId" | "createdBy">, userId: string): boolean {
  return userId === ownerId || userId === createdBy;
}

/** `closed`: the policy of the operator does not let visitors open the link. */
export type LinkState = "live" | "used_up" | "expired" | "revoked" | "orphaned" | "closed";

/**
 * Returns the state of a link at `now`. `creatorRole`: the current role of the link's creator on the note. `filesLeft`: for `download`, the
 * number of ready files. For `upload`, the number of files that the link still accepts.
 */
export function linkState(
  link: Link,
  options: { now: number; creatorRole: ShareRole | "owner" | undefined; filesLeft: number; policy: LinkPolicy },
): LinkState {
  const { now, creatorRole, filesLeft, policy } = options;
  if (link.revokedAt !== undefined) return "revoked";
  if (creatorRole !== "owner" && creatorRole !== "editor") return "orphaned";
  if (link.attachmentIds !== undefined && filesLeft === 0) return "orphaned";
  const expiresAt = effectiveExpiry(link, policy);
  if (expiresAt !== undefined && expiresAt <= now) return "expired";
  if (!policy.isEnabled || (policy.isPasswordRequired && link.passwordHash === undefined)) return "closed";
  if (link.kind === "upload") return filesLeft === 0 ? "used_up" : "live";
  return link.maxClaims !== undefined && link.claims >= link.maxClaims ? "used_up" : "live";
}

/** A ready file that a link opens. */
export type LinkedFile = Downloadable & Pick<Attachment, "sizeBytes">;

/** The number of issued URLs. `lastUrlExpiresAt`: the instant at which the last of these URLs expires. Milliseconds since the epoch. */
export type IssuedUrls = { count: number; lastUrlExpiresAt: number };

/**
 * A link with the current role of its creator on the note, and the name of the creator that visitors see. If the name is missing, visitors
 * see no email address in its place, because visitors may be strangers.
 */
export type LinkWithCreator = { link: Link; creatorRole: Role | undefined; creatorName: string | undefined };

/** How many people got a link by mail, and how many of them visited or used it. */
export type ReceiverCounts = { people: number; visited: number; used: number; notDelivered: number };

/** A link with the details that people with an account see. */
export type LinkDetails = LinkWithCreator & {
  noteTitle: string;
  /** The number of ready files that the link opens. */
  readyFiles: number;
  /** The number of files that visitors sent, including unfinished uploads. Failed and rejected files do not count. */
  takenFiles: number;
  /** The files that visitors sent completely. Rejected files do not count. */
  received: { files: number; bytes: number };
  sentTo: ReceiverCounts;
  urlsIssued: number;
  /** Undefined: no URL was issued. */
  lastUrlExpiresAt: number | undefined;
};
