import type { Deps } from "../../platform/deps.ts";
import { deleteAttachment } from "./delete-attachment.ts";
import { purgeNotes } from "./delete-for-good.ts";
import { deleteNote } from "./delete-note.ts";
import { expireTrash } from "./expire.ts";
import { listTrash } from "./list.ts";
import { purgeFromTrash } from "./purge.ts";
import { restoreFromTrash } from "./restore.ts";

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
