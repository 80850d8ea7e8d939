import { atom } from "nanostores";

/** The ids of notes whose deletion can still be undone. Lists hide these notes. */
export const $pendingDeletions = atom<ReadonlySet<string>>(new Set());

export function addPendingDeletion(noteId: string): void {
  $pendingDeletions.set(new Set($pendingDeletions.get()).add(noteId));
}

export function removePendingDeletion(noteId: string): void {
  $pendingDeletions.set(new Set([...$pendingDeletions.get()].filter((id) => id !== noteId)));
}
