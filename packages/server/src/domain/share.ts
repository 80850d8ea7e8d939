import type { ShareRole } from "./access.ts";
import type { Attachment } from "./attachment.ts";

/**
 * A share, which gives one user access and can be revoked. Instants are milliseconds since the epoch. Without `expiresAt`, the share lives
 * until it is revoked.
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

/** An attachment that is shared with one user without its note. `isNew`: the user has not opened the attachment yet. */
export type SharedAttachment = Attachment & { share: Pick<Share, "expiresAt">; isNew: boolean };
