import { Link } from "@tanstack/react-router";
import type { NoteSummary } from "@valetkey/client";
import type { KeyboardEvent, RefObject } from "react";
import { nameOf } from "../../../components/avatar.tsx";
import { useNow } from "../../../components/use-now.ts";
import { WhenSeen } from "../../../components/when-seen.tsx";
import { useShortcut } from "../../../service/shortcuts.ts";
import { formatCount, formatWhen, texts } from "../../../texts/index.ts";

type NoteRowsProps = {
  ref: RefObject<HTMLUListElement | null>;
  notes: readonly NoteSummary[];
  selectedId: string | undefined;
  q: string;
  /** Runs when the last row becomes visible. Undefined: there are no more rows. */
  onEnd: (() => void) | undefined;
};

/** The rows of the list. The arrow keys, j and k move between them, and Enter opens one. */
export function NoteRows({ ref, notes, selectedId, q, onEnd }: NoteRowsProps) {
  const now = useNow();
  useShortcut("j", () => moveIn(ref.current, 1));
  useShortcut("k", () => moveIn(ref.current, -1));
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    moveIn(ref.current, step);
  };
  return (
    <>
      <ul ref={ref} onKeyDown={onKeyDown} className="flex flex-col gap-0.5">
        {notes.map((note) => (
          <NoteRow key={note.id} note={note} isSelected={note.id === selectedId} q={q} now={now} />
        ))}
      </ul>
      {onEnd !== undefined && <WhenSeen key={notes.length} onSeen={onEnd} />}
    </>
  );
}

type NoteRowProps = { note: NoteSummary; isSelected: boolean; q: string; now: number };

function NoteRow({ note, isSelected, q, now }: NoteRowProps) {
  const files = note.attachmentCount;
  const facts = [
    ...(note.role === "owner" ? [] : [nameOf(note.owner, { otherwise: texts.common.someone })]),
    ...(files === 0 ? [] : [formatCount(files, texts.notes.files)]),
    formatWhen(note.updatedAt, now),
  ];
  return (
    <li>
      <Link
        to="/n/$noteId"
        params={{ noteId: note.id }}
        search={q === "" ? {} : { q }}
        aria-current={isSelected ? "page" : undefined}
        className="block rounded-card px-2 py-2 transition-colors hover:bg-hover focus-visible:-outline-offset-2 aria-[current=page]:bg-selected"
      >
        <span className="block truncate font-medium">{note.title}</span>
        <span className="block truncate text-muted text-small tabular-nums">{facts.join(" · ")}</span>
      </Link>
    </li>
  );
}

/** Moves the focus from the focused row, else from the open one, else to the first. */
function moveIn(list: HTMLElement | null, step: number): void {
  const links = [...(list?.querySelectorAll("a") ?? [])];
  const focused = links.findIndex((link) => link.matches(":focus"));
  const from = focused === -1 ? links.findIndex((link) => link.ariaCurrent === "page") : focused;
  links[from === -1 ? 0 : Math.min(links.length - 1, Math.max(0, from + step))]?.focus();
}
