import { atom } from "nanostores";

export type ZipProgress = { noteId: string; doneBytes: number; totalBytes: number; cancel: () => void };

/** The ZIP that this tab is creating. The work continues on every page of the app. */
export const $zipProgress = atom<ZipProgress | undefined>();
