import { Link } from "@tanstack/react-router";
import type { NoteSummary } from "@valetkey/client";
import { type KeyboardEvent, type RefObject, useEffect, useRef } from "react";
import { nameOf } from "../../../components/avatar.tsx";
import { useNow } from "../../../components/use-now.ts";
import { WhenSeen } from "../../../components/when-seen.tsx";
import { useShortcut } from "../../../service/shortcuts.ts";
import { formatCount, formatWhen, texts } from "../../../texts/index.ts";
import { groupByDay, plainSnippet } from "./group-by-day.ts";

type NoteRowsProps = {
  ref: RefObject<HTMLDivElement | null>;
  notes: readonly NoteSummary[];
  selectedId: string | undefined;
  q: string;
  /** Runs when the last row becomes visible. Undefined if there are no more rows. */
  onEnd: (() => void) | undefined;
};

/** The rows of the list. The arrow keys, j and k move between rows, and Enter opens a row. */
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
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the links inside handle all other keys */}
      <div ref={ref} onKeyDown={onKeyDown}>
        {groupByDay(notes, now).map((group) => (
          <div key={group.notes[0]?.id} className="mb-3">
            <p aria-hidden="true" className="px-2 py-1 font-medium text-muted text-small">
              {group.day}
            </p>
            <ul aria-label={group.day} className="flex flex-col gap-0.5">
              {group.notes.map((note) => (
                <NoteRow key={note.id} note={note} isSelected={note.id === selectedId} q={q} now={now} />
              ))}
            </ul>
          </div>
        ))}
      </div>
      {onEnd !== undefined && <WhenSeen key={notes.length} onSeen={onEnd} />}
    </>
  );
}

type NoteRowProps = { note: NoteSummary; isSelected: boolean; q: string; now: number };

function NoteRow({ note, isSelected, q, now }: NoteRowProps) {
  const { attachmentCount: files, accessRequestCount: asking } = note;
  const facts = [
    ...(note.role === "owner" ? [] : [nameOf(note.owner, { otherwise: texts.common.someone })]),
    ...(files === 0 ? [] : [formatCount(files, texts.notes.files)]),
    formatWhen(note.updatedAt, now),
  ];
  const row = useRef<HTMLLIElement>(null);
  // The opened note of a search may be anywhere in the list.
  useEffect(() => {
    if (isSelected) row.current?.scrollIntoView({ block: "nearest" });
  }, [isSelected]);
  const snippet = plainSnippet(note.snippet);
  return (
    <li ref={row} className="scroll-my-14">
      <Link
        to="/n/$noteId"
        params={{ noteId: note.id }}
        search={q === "" ? {} : { q }}
        aria-current={isSelected ? "page" : undefined}
        className="block rounded-card px-2 py-2 transition-colors hover:bg-hover focus-visible:-outline-offset-2 aria-[current=page]:bg-selected"
      >
        <span className="block truncate font-medium">{note.title}</span>
        <span className="block truncate text-muted text-small tabular-nums">
          {asking > 0 && <span className="font-medium text-accent">{formatCount(asking, texts.notes.asking)}</span>}
          {asking > 0 && texts.common.separator}
          {facts.join(" · ")}
        </span>
        {snippet !== "" && <span className="block truncate text-muted text-small">{snippet}</span>}
      </Link>
    </li>
  );
}

/** Moves the focus from the focused row, or otherwise from the open row. Without either, moves the focus to the first row. */
function moveIn(list: HTMLElement | null, step: number): void {
  const links = [...(list?.querySelectorAll("a") ?? [])];
  const focused = links.findIndex((link) => link.matches(":focus"));
  const from = focused === -1 ? links.findIndex((link) => link.ariaCurrent === "page") : focused;
  links[from === -1 ? 0 : Math.min(links.length - 1, Math.max(0, from + step))]?.focus();
}
