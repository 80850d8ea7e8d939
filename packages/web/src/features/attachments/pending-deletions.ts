import { atom } from "nanostores";

const $ids = atom<ReadonlySet<string>>(new Set());

/** Attachments that the page hides while their deletion can be undone, or while the service deletes them. */
export const pendingDeletions = {
  $ids,
  add(attachmentId: string): void {
    $ids.set(new Set([...$ids.get(), attachmentId]));
  },
  delete(attachmentId: string): void {
    $ids.set(new Set([...$ids.get()].filter((id) => id !== attachmentId)));
  },
};
