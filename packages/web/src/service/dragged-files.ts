import type { Attachment, NoteSummary } from "@valetkey/client";
import { atom } from "nanostores";

/** Files of one note that the user drags, moves or copies. `canMove` is false if the user may only copy the files. */
export type TakenFiles = { files: readonly Attachment[]; fromNoteId: string; canMove: boolean };

/** A note to which the user may add files. */
export type TargetNote = Pick<NoteSummary, "id" | "title" | "owner">;

/** The files that the user is dragging. */
export const $dragged = atom<TakenFiles | undefined>();

/** The files that the user has dropped onto a note in the list. The page of the open note then moves or copies the files. */
export const $dropped = atom<(TakenFiles & { to: TargetNote; isCopy: boolean }) | undefined>();

/** The data type of dragged files. Dragged text and pictures have other types, so the list does not accept them. */
export const DRAGGED_TYPE = "application/x-valetkey-files";
