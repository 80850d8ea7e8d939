import type { AttachmentState } from "./attachment.ts";
import { DomainError } from "./errors.ts";

/** What a person's files take up: all on the notes they own, uploads under way included, adopted objects not. */
export type Usage = { bytes: number; files: number };

/** The most that a person's files may take up; undefined: no limit. */
export type Quota = { bytes: number | undefined; files: number | undefined };

/** The states in which nothing of a file is kept any more. All others take room, so that a new one is counted until somebody decides. */
export const ENDED: readonly AttachmentState[] = ["rejected", "aborted", "expired"];

export function takesRoom(state: AttachmentState): boolean {
  return !ENDED.includes(state);
}

/** The refusal of a file for which there is no room; only the owner is told the numbers, which speak of all their notes. */
export function quotaExceeded(facts: { wanted: Usage; used: Usage; quota: Quota; isOwner: boolean }): DomainError {
  return new DomainError("quota_exceeded", describe(facts));
}

function describe({ wanted, used, quota, isOwner }: Parameters<typeof quotaExceeded>[0]): string {
  if (!isOwner) return "The owner of this note has no room left for this file.";
  if (quota.files !== undefined && used.files + wanted.files > quota.files) {
    return `You have ${used.files} files of the ${quota.files} allowed on your notes; delete some first.`;
  }
  return `No room for ${wanted.bytes} bytes more: ${used.bytes} of the ${quota.bytes} bytes allowed on your notes are in use; delete some files first.`;
}
