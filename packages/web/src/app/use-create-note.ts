import { useNavigate, useParams } from "@tanstack/react-router";
import type { ChosenFile } from "../features/attachments/uploads/upload.ts";
import { attachFiles } from "../features/attachments/uploads/uploads.ts";
import { blankNoteId, prepareForFiles } from "../features/notes/draft/drafts.ts";
import { newNoteId } from "../service/new-notes.ts";
import { readBlankNote } from "../service/queries.ts";
import { showProblem } from "../service/toasts.ts";

/** Opens the page of a new note, with or without dropped files. The service creates the note with the first letter or file. */
export function useCreateNote() {
  const navigate = useNavigate();
  const { noteId: openId } = useParams({ strict: false });
  const open = (noteId: string) => void navigate({ to: "/n/$noteId", params: { noteId } });
  return {
    create() {
      const noteId = blankNoteId();
      if (noteId === openId) document.getElementById("note-title")?.focus();
      else open(noteId);
    },
    createWith(files: readonly ChosenFile[]) {
      const noteId = newNoteId();
      open(noteId);
      const attach = async () => {
        const note = await readBlankNote(noteId);
        await attachFiles(files, { note, prepare: (filename) => prepareForFiles(note, filename) });
      };
      attach().catch(showProblem);
    },
  };
}
