import { Link } from "@tanstack/react-router";
import type { NoteSummary } from "@valetkey/client";
import { type DragEvent, type RefObject, useEffect, useRef, useState } from "react";
import { nameOf } from "../../../components/avatar.tsx";
import { useNow } from "../../../components/hooks.ts";
import { rovingList } from "../../../components/roving-list.ts";
import { WhenSeen } from "../../../components/when-seen.tsx";
import type { NoteOrder } from "../../../service/choices.ts";
import { $dragged, $dropped, DRAGGED_TYPE } from "../../../service/dragged-files.ts";
import { importWithRetry, useCode } from "../../../service/lazy-code.ts";
import { useShortcut } from "../../../service/shortcuts.ts";
import { accessParts, ownAccessParts } from "../../../texts/describe-access.ts";
import { formatCount, formatInstant, formatWhen, formatWhenShort, texts } from "../../../texts/index.ts";
import { titleOf } from "../../../texts/note-title.ts";
import { groupNotes, plainSnippet } from "./group-by-day.ts";

type NoteRowsProps = {
  ref: RefObject<HTMLDivElement | null>;
  notes: readonly NoteSummary[];
  selectedId: string | undefined;
  q: string;
  order: NoteOrder;
  /** Whether the rows are the result of an earlier search. */
  isOutdated: boolean;
  /** Runs when the last row becomes visible. Undefined if all rows are loaded. */
  onEnd: (() => void) | undefined;
};

const loadFound = () => importWithRetry(() => import("./found.tsx"));

/** The rows of the list of notes. The arrow keys, j and k move the focus between rows, and Enter opens a note. */
export function NoteRows({ ref, notes, selectedId, q, order, isOutdated, onEnd }: NoteRowsProps) {
  const now = useNow();
  const { data: found } = useCode("found", loadFound, { isNeeded: q !== "" });
  useShortcut("j", () => stepIn(ref.current, 1));
  useShortcut("k", () => stepIn(ref.current, -1));
  useEffect(() => rovingList(ref.current), [ref]);
  const list = { q, now, found: q === "" ? undefined : found, shownFor: isOutdated ? undefined : q };
  return (
    <>
      <div ref={ref}>
        {groupNotes(notes, { now, order, isSearch: q !== "" }).map((group) => (
          <div key={group.notes[0]?.id} className="mb-3">
            <p aria-hidden="true" className="px-2 py-1 font-medium text-muted text-small">
              {group.heading}
            </p>
            <ul aria-label={group.heading} className="flex flex-col gap-0.5 max-md:gap-0 max-md:divide-y">
              {group.notes.map((note) => (
                <NoteRow key={note.id} note={note} isSelected={note.id === selectedId} {...list} />
              ))}
            </ul>
          </div>
        ))}
      </div>
      {onEnd !== undefined && <WhenSeen key={notes.length} onSeen={onEnd} />}
    </>
  );
}

type NoteRowProps = {
  note: NoteSummary;
  isSelected: boolean;
  q: string;
  now: number;
  /** The code that highlights the matches of a search. Undefined without a search, and until the code is loaded. */
  found: typeof import("./found.tsx") | undefined;
  /** The search text to which the rows belong. Undefined while the next search runs. */
  shownFor: string | undefined;
};

function NoteRow({ note, isSelected, q, now, found, shownFor }: NoteRowProps) {
  const { attachmentCount: files, accessRequestCount: asking } = note;
  const isOwn = note.role === "owner";
  const news = [
    ...(note.isNew ? [texts.notes.isNew] : []),
    ...(asking > 0 ? [formatCount(asking, texts.notes.asking)] : []),
  ];
  const facts = [
    ...(isOwn ? [] : [texts.notes.from(nameOf(note.owner, { otherwise: texts.common.someone }))]),
    ...(files === 0 ? [] : [formatCount(files, texts.notes.files)]),
    ...(isOwn ? accessParts(note.access ?? {}, { now }) : []),
  ];
  const row = useRef<HTMLLIElement>(null);
  const { effect, handlers } = useDropTarget(note);
  // Scrolls to the open note, wherever the note is in the list. Scrolls again after the user has cleared the search.
  useEffect(() => {
    if (isSelected && shownFor !== undefined) row.current?.scrollIntoView({ block: "nearest" });
  }, [isSelected, shownFor]);
  const mark = (text: string) => (found === undefined ? text : <found.Marked text={text} q={q} />);
  const snippet = plainSnippet(note.snippet);
  return (
    <li ref={row} className="relative scroll-my-14" {...handlers}>
      <Link
        to="/n/$noteId"
        params={{ noteId: note.id }}
        search={q === "" ? {} : { q }}
        aria-current={isSelected ? "page" : undefined}
        className="note flex flex-col max-md:min-h-15 justify-center rounded-card px-2 py-2 transition-colors hover:bg-hover focus-visible:-outline-offset-2 aria-[current=page]:bg-selected"
      >
        <span className="flex items-baseline gap-2">
          <span dir="auto" className="min-w-0 grow truncate font-medium">
            {mark(titleOf(note.title))}
          </span>
          <span title={formatInstant(note.updatedAt)} className="shrink-0 text-muted text-small tabular-nums">
            <span className="sr-only">{formatWhen(note.updatedAt, now)}</span>
            <span aria-hidden="true">{formatWhenShort(note.updatedAt, now)}</span>
          </span>
        </span>
        <span className="block truncate text-muted text-small tabular-nums">
          {news.length > 0 && <span className="font-medium text-accent">{news.join(texts.common.separator)}</span>}
          {news.length > 0 && facts.length > 0 && texts.common.separator}
          {facts.join(texts.common.separator)}
        </span>
        {note.role !== "owner" && (
          <span className="block truncate text-muted text-small tabular-nums first-letter:uppercase">
            {ownAccessParts({ role: note.role, accessExpiresAt: note.accessExpiresAt }, now).join(
              texts.common.separator,
            )}
          </span>
        )}
        {/* A row has at most three lines, so the note of another person shows its text only in a search. */}
        {snippet !== "" && (isOwn || q !== "") && (
          <span dir="auto" className="block truncate text-muted text-small">
            {mark(snippet)}
          </span>
        )}
      </Link>
      {effect !== undefined && (
        <span className="pointer-events-none absolute inset-0 flex items-start justify-end rounded-card border-2 border-accent bg-accent/10 p-1">
          <span className="rounded-small bg-accent px-2 font-medium text-on-accent text-small">
            {texts.notes.drop[effect]}
          </span>
        </span>
      )}
      {found !== undefined && <found.FoundFiles note={note} q={q} />}
    </li>
  );
}

/**
 * Moves the focus by `step` rows. Starts at the focused note, or otherwise at the open note. If no note is focused or open, focuses the
 * first note.
 */
function stepIn(list: HTMLElement | null, step: number): void {
  const links = [...(list?.querySelectorAll<HTMLElement>("a.note") ?? [])];
  const focused = links.findIndex((link) => link.closest("li")?.matches(":focus-within"));
  const from = focused === -1 ? links.findIndex((link) => link.ariaCurrent === "page") : focused;
  links[from === -1 ? 0 : Math.min(links.length - 1, Math.max(0, from + step))]?.focus();
}

/**
 * Lets the user drop files of another note onto a note in the list. With Alt (Option on a Mac), the drop copies the files instead of moving
 * them. Returns the current effect of a drop, and the event handlers of the row.
 */
export function useDropTarget(note: NoteSummary) {
  const [effect, setEffect] = useState<"move" | "copy">();
  const effectOf = ({ dataTransfer, altKey }: DragEvent) => {
    const dragged = $dragged.get();
    if (dragged === undefined || !dataTransfer.types.includes(DRAGGED_TYPE)) return undefined;
    if (note.role === "viewer" || note.id === dragged.fromNoteId) return undefined;
    return altKey || !dragged.canMove ? "copy" : "move";
  };
  const onDragOver = (event: DragEvent) => {
    const allowed = effectOf(event);
    if (allowed === undefined) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = allowed;
    setEffect(allowed);
  };
  const onDragLeave = ({ currentTarget, relatedTarget }: DragEvent) => {
    if (!currentTarget.contains(relatedTarget as Node | null)) setEffect(undefined);
  };
  const onDrop = (event: DragEvent) => {
    const allowed = effectOf(event);
    const dragged = $dragged.get();
    setEffect(undefined);
    if (allowed === undefined || dragged === undefined) return;
    event.preventDefault();
    $dropped.set({ ...dragged, to: note, isCopy: allowed === "copy" });
  };
  return { effect, handlers: { onDragEnter: onDragOver, onDragOver, onDragLeave, onDrop } };
}
