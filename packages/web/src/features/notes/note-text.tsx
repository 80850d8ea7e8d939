import type { Note } from "@valetkey/client";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useShortcut } from "../../service/shortcuts.ts";
import { isBlankNote, markEdited } from "./blank-note.ts";
import { deleteNote } from "./delete-note.ts";
import { Conflict } from "./draft/conflict.tsx";
import type { NoteFields } from "./draft/draft-storage.ts";
import { SaveStatus } from "./draft/save-status.tsx";
import { useDraft } from "./draft/use-draft.ts";
import { NoteBody } from "./note-body.tsx";
import { NoteMenu } from "./note-menu.tsx";
import { TitleField } from "./title-field.tsx";

type NoteTextProps = {
  note: Note;
  /** Shown at the left above the title. */
  back: ReactNode;
  /** Runs after the owner has deleted the note, while that can still be undone. */
  onDeleted: () => void;
  /** Shown between the title and the body. */
  children: ReactNode;
};

/** The title and body of a note, which are saved automatically. */
export function NoteText({ note, back, onDeleted, children }: NoteTextProps) {
  const { draft, view } = useDraft(note);
  const title = useRef<HTMLTextAreaElement>(null);
  const [editedAt, setEditedAt] = useState<number>();
  const canEdit = note.role !== "viewer";
  useEffect(() => {
    if (isBlankNote(note.id)) title.current?.select();
  }, [note.id]);
  const edit = (change: Partial<NoteFields>) => {
    markEdited(note.id);
    draft.edit(change);
  };
  const editBody = (at = view.body.length) => setEditedAt(at);
  useShortcut("e", editBody, { isEnabled: canEdit && editedAt === undefined });
  const remove = () => {
    void draft.flush();
    deleteNote({ id: note.id, title: view.title });
    onDeleted();
  };
  const flush = () => void draft.flush();
  return (
    <>
      {/* Stays visible while the page scrolls. */}
      <div className="-mb-4 sticky top-0 z-10 flex min-h-11 items-center gap-2 bg-canvas md:min-h-8">
        {back}
        <SaveStatus state={view.state} onRetry={flush} />
        <NoteMenu
          noteId={note.id}
          // Runs after the menu has returned the focus.
          onEdit={canEdit ? () => setTimeout(editBody) : undefined}
          onDelete={note.role === "owner" ? remove : undefined}
        />
      </div>
      <h1 className="break-words text-title">
        {canEdit ? (
          <TitleField
            ref={title}
            title={view.title}
            onChange={(text) => edit({ title: text })}
            onEnter={editBody}
            onBlur={flush}
          />
        ) : (
          view.title
        )}
      </h1>
      {children}
      {view.state.kind === "conflict" && <Conflict draft={draft} mine={view} theirs={view.state.theirs} />}
      <NoteBody
        body={view.body}
        canEdit={canEdit}
        editedAt={editedAt}
        onEdit={editBody}
        onChange={(text) => edit({ body: text })}
        onDone={() => {
          setEditedAt(undefined);
          flush();
        }}
      />
    </>
  );
}
