import type { Limits } from "../../platform/config/limits.ts";
import type { AttachmentState } from "../../platform/database/unions.ts";
import { DomainError } from "../../platform/errors.ts";
import { isOwnerOfTenant, isReservedForItems, visitorIdOf } from "../access/caller.ts";

/** The usage of a user: all files of the notes that the user owns. The usage includes pending uploads, but excludes adopted objects. */
export type Usage = { bytes: number; files: number };

/** The maximum usage of a user. A limit is undefined if there is no limit. */
export type Quota = { bytes: number | undefined; files: number | undefined };

/** The quota that an administrator set for one user. Undefined: the quota of the service applies. */
export type OwnQuota = { quotaBytes: number | undefined; quotaFiles: number | undefined };

export function quotaOfUser(quota: Quota, { quotaBytes, quotaFiles }: OwnQuota): Quota {
  return { bytes: quotaBytes ?? quota.bytes, files: quotaFiles ?? quota.files };
}

/** The states in which a file no longer uses quota. */
export const ENDED: readonly AttachmentState[] = ["rejected", "aborted", "expired"];

export function usesCapacity(state: AttachmentState): boolean {
  return !ENDED.includes(state);
}

/**
 * Creates the error for an exceeded quota. Only the owner sees the numbers of the quota, because the numbers cover all notes of the owner.
 * The quotas of items and tenants are rules of the application, so each user may see their numbers, but a visitor may not.
 */
export function quotaExceeded(facts: {
  wanted: Usage;
  used: Usage;
  quota: Quota;
  ownerId: string;
  userId: string;
}): DomainError {
  const { wanted, used, quota, ownerId, userId } = facts;
  const refuse = (message: string) => new DomainError("quota_exceeded", message);
  if (isReservedForItems(ownerId)) {
    if (visitorIdOf(userId) !== undefined) return refuse("There is too little space for this file.");
    const holder = isOwnerOfTenant(ownerId) ? "tenant" : "item";
    if (quota.bytes === 0)
      return refuse(`The quota of this ${holder} is 0, or this call ran while its files were removed.`);
    return refuse(`The files of this ${holder} may have ${quota.bytes} bytes together. Remove some files first.`);
  }
  if (userId !== ownerId) return refuse("The quota of the owner of this note is too small for this file.");
  if (quota.files !== undefined && used.files + wanted.files > quota.files) {
    return refuse(
      `You have ${used.files} files of the ${quota.files} allowed on your notes. Delete some files for good first. A new file frees its space 20 minutes after the start of its upload.`,
    );
  }
  return refuse(
    `No capacity for ${wanted.bytes} more bytes: ${used.bytes} of the ${quota.bytes} bytes allowed on your notes are in use. Delete some files for good first. A new file frees its space 20 minutes after the start of its upload.`,
  );
}

/** The user `userId` reserves space in the quota of the owner `ownerId`. */
export type Reserving = { objectKey: string; ownerId: string; userId: string; expiresAt: number };

/** A change of an owner's quota. Undefined: no change. Null: the default of the service. */
export type QuotaChange = { [Name in keyof OwnQuota]?: number | null | undefined };

export type UsageOfOwner = Usage & OwnQuota;

/** `counted`: the usage counter of the owner. `actual`: the sum of the owner's rows. */
export type UsageDrift = { ownerId: string; counted: Usage; actual: Usage };

export function quotaOf({ userQuotaBytes, userQuotaFiles }: Limits): Quota {
  return { bytes: userQuotaBytes, files: userQuotaFiles };
}
