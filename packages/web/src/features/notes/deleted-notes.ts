import { atom } from "nanostores";

/** The ids of deleted notes. The lists hide these notes until the page loads the lists again. */
export const $deletedNotes = atom<ReadonlySet<string>>(new Set());
