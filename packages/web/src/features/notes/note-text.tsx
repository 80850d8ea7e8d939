import type { Note } from "@valetkey/client";
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { useShortcut } from "../../service/shortcuts.ts";
import { texts } from "../../texts/index.ts";
import { isBlankNote, markEdited } from "./blank-note.ts";
import { deleteNote } from "./delete-note.ts";
import { Conflict } from "./draft/conflict.tsx";
import type { NoteFields } from "./draft/draft-storage.ts";
import { SaveStatus } from "./draft/save-status.tsx";
import { useDraft } from "./draft/use-draft.ts";
import { GrowingTextarea } from "./growing-textarea.tsx";
import { NoteBody } from "./note-body.tsx";
import { NoteMenu } from "./note-menu.tsx";

const words = texts.notes;
/** The limit of the service. Characters. */
const MAX_TITLE_LENGTH = 300;

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

type TitleFieldProps = {
  ref: RefObject<HTMLTextAreaElement | null>;
  title: string;
  onChange: (title: string) => void;
  /** Runs on Enter, which moves to the body. */
  onEnter: () => void;
  onBlur: () => void;
};

/** The editable title. An empty one is saved as "Untitled". */
function TitleField({ ref, title, onChange, onEnter, onBlur }: TitleFieldProps) {
  const [isEmpty, setEmpty] = useState(false);
  return (
    <GrowingTextarea
      ref={ref}
      rows={1}
      value={isEmpty ? "" : title}
      maxLength={MAX_TITLE_LENGTH}
      aria-label={words.title}
      placeholder={words.untitled}
      enterKeyHint="next"
      onChange={({ currentTarget }) => {
        const line = currentTarget.value.replace(/\s*\n\s*/g, " ");
        setEmpty(line.trim() === "");
        onChange(line.trim() === "" ? words.untitled : line);
      }}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Escape") event.currentTarget.blur();
        if (event.key !== "Enter") return;
        event.preventDefault();
        onEnter();
      }}
      onBlur={() => {
        setEmpty(false);
        onBlur();
      }}
      className="-mx-2 -my-1 w-[calc(100%+1rem)] rounded-card px-2 py-1 text-title transition-colors hover:bg-hover focus:bg-transparent"
    />
  );
}
