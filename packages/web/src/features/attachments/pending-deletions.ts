import { atom } from "nanostores";

const $ids = atom<ReadonlySet<string>>(new Set());

/** The attachments that are being deleted, or whose uploads are being aborted. The page hides these attachments. */
export const pendingDeletions = {
  $ids,
  add(...attachmentIds: string[]): void {
    $ids.set(new Set([...$ids.get(), ...attachmentIds]));
  },
  delete(...attachmentIds: string[]): void {
    $ids.set(new Set([...$ids.get()].filter((id) => !attachmentIds.includes(id))));
  },
};
