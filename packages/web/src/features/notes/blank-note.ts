/** The note created last, until it is edited. Its title is selected when it opens. */
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
