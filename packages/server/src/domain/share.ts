import type { ShareRole } from "./access.ts";
import type { Attachment } from "./attachment.ts";

/** Our revocable record that a person may reach a note. Instants are milliseconds since the epoch; `expiresAt` undefined: until revoked. */
export type Share = {
  userId: string;
  role: ShareRole;
  expiresAt: number | undefined;
  createdAt: number;
  createdBy: string;
};

/** A share as people read it: with the name and address of its holder, where known. */
export type ShareWithPerson = Share & { email: string | undefined; name: string | undefined };

/** A file as it is shared with one person by itself. */
export type SharedAttachment = Attachment & { share: Pick<Share, "expiresAt"> };
