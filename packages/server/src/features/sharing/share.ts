import type { ShareRole } from "../../platform/database/unions.ts";
import type { Attachment } from "../access/attachment.ts";

/**
 * A share, which gives one user access to a note or an attachment. The owner can revoke a share. Instants are milliseconds since the epoch.
 * A share without `expiresAt` never expires.
 */
export type Share = {
  userId: string;
  role: ShareRole;
  expiresAt: number | undefined;
  createdAt: number;
  createdBy: string;
};

/** A share with the name and email address of its holder, if they are known. */
export type ShareWithPerson = Share & { email: string | undefined; name: string | undefined };

export type ShareSubject = { noteId: string } | { attachmentId: string };

/** A share that expires soon. If `attachmentId` is undefined, the share is for the whole note. */
export type EndingShare = { noteId: string; attachmentId: string | undefined; userId: string; expiresAt: number };

/**
 * An attachment that a user can open because of a share of the attachment, and not because of a share of its note. `isNew`: the user has
 * not opened the attachment yet.
 */
export type SharedAttachment = Attachment & { share: Pick<Share, "expiresAt">; isNew: boolean };

export function isLive({ expiresAt }: Pick<Share, "expiresAt">, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}
