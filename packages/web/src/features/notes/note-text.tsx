import type { Note } from "@valetkey/client";
import type { ReactNode } from "react";

/** The title and the text of a note; `children` stand between the two. */
export function NoteText({ note, children }: { note: Note; children: ReactNode }) {
  return (
    <>
      <h1 className="text-title">{note.title}</h1>
      {children}
      {note.body !== "" && <p className="whitespace-pre-wrap">{note.body}</p>}
    </>
  );
}
