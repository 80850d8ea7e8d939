import type { Deps } from "../../platform/deps.ts";
import {
  deleteAttachment,
  deleteNote,
  expireTrash,
  listTrash,
  purgeFromTrash,
  purgeNotes,
  restoreFromTrash,
} from "./trash.ts";

export type TrashVerbs = ReturnType<typeof createTrash>;

/** Creates what the rest of the service does with this feature. */
export function createTrash(deps: Deps) {
  return {
    deleteNote: deleteNote(deps),
    listTrash: listTrash(deps),
    restoreFromTrash: restoreFromTrash(deps),
    purgeFromTrash: purgeFromTrash(deps),
    expireTrash: expireTrash(deps),
    purgeNotes: purgeNotes(deps),
    deleteAttachment: deleteAttachment(deps),
  };
}
