import { atom } from "nanostores";

export type ZipProgress = { noteId: string; doneBytes: number; totalBytes: number; cancel: () => void };

/** The ZIP that this tab is creating. It continues on every page. */
export const $zipProgress = atom<ZipProgress | undefined>();
