import type { FileRequest } from "@valetkey/contract";
import type { LinkPolicy } from "../../platform/config/limits.ts";
import type { LinkKind, LinkNotify, Role, ShareRole } from "../../platform/database/unions.ts";
import type { Attachment } from "../access/attachment.ts";
import type { Downloadable } from "../access/queries.ts";

/** A link that gives people without an account access to files of one note. Instants are milliseconds since the epoch. */
export type Link = {
  id: string;
  /** The token in the URL depends on the generation. A new URL for the link increases the generation, and the earlier URLs stop working. */
  generation: number;
  kind: LinkKind;
  noteId: string;
  /** The owner of the note. */
  ownerId: string;
  createdBy: string;
  label: string;
  message: string;
  /** The files that the link opens. Undefined: the link opens every ready file of the note. */
  attachmentIds: readonly string[] | undefined;
  /** Undefined: the link works until somebody revokes it. */
  expiresAt: number | undefined;
  /** An Argon2id hash in the PHC string format. Undefined: the link has no password. */
  passwordHash: string | undefined;
  /** Increases with each change of the password or the recipients. Visitors must then enter the password or prove their email address. */
  passwordVersion: number;
  /** Undefined: the number of claims has no limit. */
  maxClaims: number | undefined;
  claims: number;
  opened: number;
  urlTtlSeconds: number;
  notify: LinkNotify;
  /** Whether visitors see the small preview pictures of files before a download. */
  showPreviews: boolean;
  /** The normalised email addresses of which a visitor must prove one. Empty: everybody with the URL can use the link. */
  recipients: readonly string[];
  /** The limits of a file request. The expiry of the link is the deadline. Only links of the kind `upload` have limits. */
  request: FileRequest | undefined;
  createdAt: number;
  revokedAt: number | undefined;
};

/** One deliberate download by one visitor. Until `windowEndsAt`, the visitor can get more URLs without a further claim. */
export type LinkClaim = {
  id: string;
  linkId: string;
  generation: number;
  visitorId: string;
  claimedAt: number;
  windowEndsAt: number;
};

/** Returns the last instant at which the link works, under the policy of the operator. Undefined: until somebody revokes the link. */
export function effectiveExpiry(
  { createdAt, expiresAt }: Pick<Link, "createdAt" | "expiresAt">,
  { maxExpirySeconds }: Pick<LinkPolicy, "maxExpirySeconds">,
): number | undefined {
  if (maxExpirySeconds === undefined) return expiresAt;
  return Math.min(expiresAt ?? Number.POSITIVE_INFINITY, createdAt + maxExpirySeconds * 1000);
}

/**
 * Returns whether a person may edit this link. The person must also have the permission to make links of the note.
 * A link stops working when its creator loses access to the note. If editors could edit the links of other people, a former editor could
 * continue to use an edited link.
 */
export function mayEditLink({ ownerId, createdBy }: Pick<Link, "ownerId" | "createdBy">, userId: string): boolean {
  return userId === ownerId || userId === createdBy;
}

/** The state of a link. `closed`: the policy of the operator does not let visitors open the link. */
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

/** A ready file that a link opens. `previewsJson`: the previews of the file as a JSON array. Null: the file has no previews. */
export type LinkedFile = Downloadable &
  Pick<Attachment, "sizeBytes" | "path"> & { previewsJson: string | null; sha256: string | null };

/** The number of issued URLs, and the latest expiry of these URLs in milliseconds since the epoch. */
export type IssuedUrls = { count: number; lastUrlExpiresAt: number };

/**
 * A link with the current role of its creator on the note, and the name of the creator for visitors. Visitors may be strangers, so they
 * never see an email address instead of a missing name.
 */
export type LinkWithCreator = { link: Link; creatorRole: Role | undefined; creatorName: string | undefined };

/** The number of people who got a link by mail, and how many of them visited or used the link. */
export type ReceiverCounts = { people: number; visited: number; used: number; notDelivered: number };

/** A link with the details that people with an account see. */
export type LinkDetails = LinkWithCreator & {
  noteTitle: string;
  /** The number of ready files that the link opens. */
  readyFiles: number;
  /** The number of files from visitors, including unfinished uploads, without failed and rejected uploads. */
  takenFiles: number;
  /** The files that visitors sent completely, without rejected files. */
  received: { files: number; bytes: number };
  /** The ids of the slots that visitors see as filled, even by an unfinished upload. */
  filledSlots: readonly string[];
  sentTo: ReceiverCounts;
  urlsIssued: number;
  /** Undefined: the service has issued no URL. */
  lastUrlExpiresAt: number | undefined;
};
