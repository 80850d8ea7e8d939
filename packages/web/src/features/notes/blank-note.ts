/** The note that was created last, until the user edits it. The page selects its title when it opens the note. */
let blankNoteId: string | undefined;

export function setBlankNote(noteId: string): void {
  blankNoteId = noteId;
}

export function isBlankNote(noteId: string): boolean {
  return noteId === blankNoteId;
}

export function markEdited(noteId: string): void {
  if (noteId === blankNoteId) blankNoteId = undefined;
}
