/** The note that was made last, until something is written on it: its title is ready to be typed over. */
let blank: string | undefined;

export function setBlankNote(noteId: string): void {
  blank = noteId;
}

export function isBlankNote(noteId: string): boolean {
  return noteId === blank;
}

export function touchNote(noteId: string): void {
  if (noteId === blank) blank = undefined;
}
