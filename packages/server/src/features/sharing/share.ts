import type { ShareRole } from "../../platform/database/unions.ts";
import type { Attachment } from "../access/attachment.ts";

/**
 * The access of one user to a note or an attachment, which the owner can revoke. Instants are milliseconds since the epoch. If `expiresAt`
 * is undefined, the share never expires.
 */
export type Share = {
  userId: string;
  role: ShareRole;
  expiresAt: number | undefined;
  createdAt: number;
  createdBy: string;
};

/** A share with the name and email address of its holder, if the service knows them. */
export type ShareWithPerson = Share & { email: string | undefined; name: string | undefined };

/** The part of a share that is compared with an invitation, and what the share opens. */
export type HeldShare = Pick<Share, "role" | "expiresAt"> & { opens: "note" | "file" };

export type ShareSubject = { noteId: string } | { attachmentId: string };

/** A share that expires soon. Without `attachmentId`, the share is for the whole note. */
export type EndingShare = { noteId: string; attachmentId: string | undefined; userId: string; expiresAt: number };

/** An attachment that a user can open without its note. `isNew`: the user has not opened the attachment yet. */
export type SharedAttachment = Attachment & { share: Pick<Share, "expiresAt">; isNew: boolean };

export function isLive({ expiresAt }: Pick<Share, "expiresAt">, now: number): boolean {
  return expiresAt === undefined || expiresAt > now;
}
