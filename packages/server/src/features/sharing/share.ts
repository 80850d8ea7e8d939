import type { ShareRole } from "../../platform/database/unions.ts";

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
