import { atom } from "nanostores";

const $ids = atom<ReadonlySet<string>>(new Set());

/** The attachments that the page hides while they are deleted, or while their uploads are aborted. */
export const pendingDeletions = {
  $ids,
  add(...attachmentIds: string[]): void {
    $ids.set(new Set([...$ids.get(), ...attachmentIds]));
  },
  delete(...attachmentIds: string[]): void {
    $ids.set(new Set([...$ids.get()].filter((id) => !attachmentIds.includes(id))));
  },
};
