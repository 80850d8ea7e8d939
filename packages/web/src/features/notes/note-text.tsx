import type { Note } from "@valetkey/client";
import { clsx } from "clsx";
import { Link2, Pin, PinOff, Trash2 } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { copyText } from "../../components/clipboard.ts";
import { IconMenu, MenuItem } from "../../components/menu.tsx";
import { importWithRetry, useCode } from "../../service/lazy-code.ts";
import { isNewNoteId } from "../../service/new-notes.ts";
import { useShortcut } from "../../service/shortcuts.ts";
import { showProblem, toasts } from "../../service/toasts.ts";
import { texts } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";
import { SaveStatus, useDraft } from "./draft/save-status.tsx";
import { GrowingTextarea, NoteBody } from "./note-body.tsx";

const words = texts.notes;
/** The maximum length of a title in characters. The service has the same limit. */
const MAX_TITLE_LENGTH = 300;

// Deletions and conflicts are rare, so their code loads on demand.
const loadDeletion = () => importWithRetry(() => import("./delete-note.ts"));
const loadPin = () => importWithRetry(() => import("./delete-note.ts"));
const loadConflict = () => importWithRetry(() => import("./draft/conflict.tsx"));

type NoteTextProps = {
  note: Note;
  /** The element at the left of the bar, above the title. */
  back: ReactNode;
  /** Runs when the owner has deleted the note. The owner can still undo the deletion. */
  onDeleted: () => void;
  children: ReactNode;
};

/** The title and the body of a note. Both fields are saved automatically. */
export function NoteText({ note, back, onDeleted, children }: NoteTextProps) {
  const { draft, view } = useDraft(note);
  const title = useRef<HTMLTextAreaElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const editButton = useRef<HTMLButtonElement>(null);
  const [editedAt, setEditedAt] = useState<number>();
  const canEdit = note.role !== "viewer";
  const isUnsaved = isNewNoteId(note.id);
  const [wasUnsaved] = useState(isUnsaved);
  useEffect(() => {
    if (wasUnsaved) title.current?.focus();
  }, [wasUnsaved]);
  // The pointer or the focus comes to the text before the user edits the text, so the editor has time to load.
  const [isNear, setNear] = useState(false);
  const near = () => setNear(canEdit);
  const isEditing = !isUnsaved && editedAt !== undefined;
  const editBody = (at = view.body.length) => setEditedAt(at);
  useShortcut("e", editBody, { isEnabled: canEdit && editedAt === undefined });
  const remove = () => {
    const deletion = { id: note.id, title: titleOf(view.title), save: () => draft.flush(), onHidden: onDeleted };
    void loadDeletion().then(({ deleteNote }) => deleteNote(deletion), showProblem);
  };
  const conflict = useCode("conflict", loadConflict, { isNeeded: view.state.kind === "conflict" });
  const flush = () => void draft.flush();
  const finish = () => {
    setEditedAt(undefined);
    flush();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the handlers only load code
    <div className="contents" onPointerEnter={near} onFocus={near}>
      {/* The bar stays visible while the page scrolls. */}
      <div className="group -mx-4 -mb-4 sticky top-0 z-10 flex min-h-11 items-center gap-x-2 bg-canvas px-4 has-data-scrolled:shadow-[0_1px_var(--color-line)] max-md:flex-wrap md:-mx-8 md:min-h-8 md:px-8">
        {back}
        <ScrolledTitle heading={heading}>{titleOf(view.title)}</ScrolledTitle>
        <SaveStatus state={isEditing && view.state.kind === "idle" ? { kind: "saved" } : view.state} onRetry={flush} />
        {/* In a new note, all fields are already open. */}
        {canEdit && (!isUnsaved || editedAt !== undefined) && (
          <Button
            ref={editButton}
            kind="quiet"
            className="md:h-8"
            onClick={editedAt === undefined ? () => editBody() : finish}
          >
            {editedAt === undefined ? words.edit : texts.common.done}
          </Button>
        )}
        {!isUnsaved && <NoteMenu note={note} onDelete={note.role === "owner" ? remove : undefined} />}
      </div>
      <h1 ref={heading} dir="auto" className="text-pretty break-words text-title">
        {canEdit ? (
          <TitleField
            ref={title}
            title={view.title}
            isNew={wasUnsaved}
            onChange={(text) => draft.edit({ title: text })}
            onEnter={editBody}
            onBlur={flush}
          />
        ) : (
          titleOf(view.title)
        )}
      </h1>
      {children}
      {view.state.kind === "conflict" && conflict.data !== undefined && (
        <conflict.data.Conflict draft={draft} mine={view} theirs={view.state.theirs} />
      )}
      <NoteBody
        body={view.body}
        canEdit={canEdit}
        isNew={wasUnsaved}
        editedAt={editedAt}
        onEdit={editBody}
        onChange={(text) => draft.edit({ body: text })}
        onDone={finish}
        isEditorNeeded={isNear}
        onEscape={() => {
          finish();
          // A new note without text has no edit button.
          (isUnsaved ? title : editButton).current?.focus();
        }}
      />
      {wasUnsaved && view.state.kind !== "failed" && (
        <p className="-mt-4 text-muted text-small">{words.savedAsYouType}</p>
      )}
    </div>
  );
}

/** Shows the title in the bar while the heading is out of view. */
function ScrolledTitle({ heading, children }: { heading: RefObject<HTMLElement | null>; children: string }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    if (heading.current === null) return;
    const observer = new IntersectionObserver(([entry]) => setShown(entry?.isIntersecting === false));
    observer.observe(heading.current);
    return () => observer.disconnect();
  }, [heading]);
  return (
    <span
      aria-hidden="true"
      data-scrolled={isShown || undefined}
      dir="auto"
      className="min-w-0 grow basis-0 truncate font-medium"
    >
      {isShown && children}
    </span>
  );
}

type TitleFieldProps = {
  ref: RefObject<HTMLTextAreaElement | null>;
  title: string;
  isNew: boolean;
  onChange: (title: string) => void;
  /** Runs on Enter, which moves the focus to the body. */
  onEnter: () => void;
  onBlur: () => void;
};

/** The editable title. The placeholder of an empty title is in the language of the interface. */
function TitleField({ ref, title, isNew, onChange, onEnter, onBlur }: TitleFieldProps) {
  return (
    <GrowingTextarea
      ref={ref}
      id="note-title"
      dir="auto"
      rows={1}
      value={title}
      maxLength={MAX_TITLE_LENGTH}
      aria-label={words.title}
      placeholder={isNew ? words.title : words.untitled}
      enterKeyHint="next"
      onChange={({ currentTarget }) => {
        onChange(currentTarget.value.replace(/\s*\n\s*/g, " "));
      }}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Escape") event.currentTarget.blur();
        if (event.key !== "Enter") return;
        event.preventDefault();
        onEnter();
      }}
      onBlur={onBlur}
      className={clsx(
        "-my-1 rounded-card px-2 py-1 text-title transition-colors hover:bg-hover focus:bg-transparent",
        isNew
          ? "w-full border border-transparent placeholder-shown:border-line-strong placeholder-shown:focus:border-accent"
          : "-mx-2 w-[calc(100%+1rem)]",
      )}
    />
  );
}

type NoteMenuProps = {
  note: Note;
  onDelete: (() => void) | undefined;
};

function NoteMenu({ note: { id: noteId, isPinned }, onDelete }: NoteMenuProps) {
  useShortcut("copy the address", () => void copyUrl(noteId));
  useShortcut("delete the note", () => onDelete?.(), { isEnabled: onDelete !== undefined });
  return (
    <IconMenu label={words.more} className="tooltip-below tooltip-left">
      <MenuItem
        icon={isPinned ? <PinOff size={16} /> : <Pin size={16} />}
        onClick={() => void loadPin().then((code) => code.pinNote(noteId, !isPinned), showProblem)}
      >
        {isPinned ? words.unpin : words.pin}
      </MenuItem>
      <MenuItem icon={<Link2 size={16} />} onClick={() => void copyUrl(noteId)}>
        {words.copyLink}
      </MenuItem>
      {onDelete !== undefined && (
        <MenuItem isDanger icon={<Trash2 size={16} />} onClick={onDelete}>
          {words.delete}
        </MenuItem>
      )}
    </IconMenu>
  );
}

async function copyUrl(noteId: string): Promise<void> {
  const url = new URL(`/n/${noteId}`, location.origin).href;
  if (await copyText(url)) toasts.add({ title: words.linkCopied, description: words.linkHint });
  // If the browser refuses to copy the URL, the user can select the URL in the message.
  else toasts.add({ title: url, description: words.linkHint, timeout: 0 });
}
