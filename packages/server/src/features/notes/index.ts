import type { Deps } from "../../platform/deps.ts";
import type { Arrive } from "../access/authorise.ts";
import {
  createNote,
  getNote,
  indexForSearch,
  listAttachments,
  listNotes,
  markAttachmentSeen,
  markNoteSeen,
  updateNote,
} from "./notes.ts";

export type NoteVerbs = ReturnType<typeof createNotes>;

/** Creates what the rest of the service does with this feature. */
export function createNotes(deps: Deps, { arrive }: { arrive: Arrive }) {
  return {
    createNote: createNote(deps),
    listNotes: listNotes(deps),
    indexForSearch: indexForSearch(deps),
    getNote: getNote(deps, arrive),
    listAttachments: listAttachments(deps, arrive),
    updateNote: updateNote(deps, arrive),
    markNoteSeen: markNoteSeen(deps),
    markAttachmentSeen: markAttachmentSeen(deps),
  };
}
