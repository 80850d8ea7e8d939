/** The note that the user created last, until the user edits it. When the page opens this note, the page selects the title. */
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
