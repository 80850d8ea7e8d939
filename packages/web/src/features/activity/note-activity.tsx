/** What happened to one note; folded until it is asked for. */
export function NoteActivity(_props: { noteId: string }) {
  return null;
}
