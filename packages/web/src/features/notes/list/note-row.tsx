import { Link } from "@tanstack/react-router";
import type { Note } from "@valetkey/client";
import { nameOf } from "../../../components/avatar.tsx";
import { formatCount, formatWhen, texts } from "../../../texts/index.ts";

type NoteRowProps = { note: Note; isSelected: boolean; q: string; now: number };

/** A note in the list: title, owner, number of files, last change. */
export function NoteRow({ note, isSelected, q, now }: NoteRowProps) {
  const files = note.attachments.length;
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
