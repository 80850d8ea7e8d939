import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import {
  Download,
  FilePlus2,
  FileX2,
  type LucideIcon,
  PencilLine,
  ShieldAlert,
  SquarePen,
  Trash2,
  UserMinus,
  UserPlus,
} from "lucide-react";
import { formatClock, formatInstant, texts } from "../../texts/index.ts";
import type { Line } from "./lines.ts";
import { toSentence } from "./sentence.ts";

const words = texts.activity;

const icons: Record<string, LucideIcon> = {
  "note.created": SquarePen,
  "note.updated": PencilLine,
  "note.deleted": Trash2,
  "attachment.uploaded": FilePlus2,
  "attachment.adopted": FilePlus2,
  "attachment.rejected": FileX2,
  "attachment.deleted": Trash2,
  "share.granted": UserPlus,
  "share.revoked": UserMinus,
  "url.issued": Download,
  "url.refused": ShieldAlert,
};
const STANDS_OUT: ReadonlySet<string> = new Set(["url.refused", "attachment.rejected"]);

type ActivityLineProps = {
  line: Line;
  accountId: string | undefined;
  now: number;
  /** Whether it says which note it is about. */
  namesNote: boolean;
};

/** One thing that happened: who, what, and when. */
export function ActivityLine({ line, accountId, now, namesNote }: ActivityLineProps) {
  const { event, since } = line;
  const { who, text, more } = toSentence(line, { accountId, now });
  const Icon = icons[event.action] ?? SquarePen;
  const standsOut = STANDS_OUT.has(event.action);
  const when = line.times > 1 ? words.span(formatInstant(since), formatInstant(event.at)) : formatInstant(event.at);
  return (
    <li className={clsx("flex gap-3 rounded-card px-3 py-2", standsOut && "bg-warning-soft text-warning")}>
      <Icon size={16} aria-hidden="true" className={clsx("mt-0.5 shrink-0", !standsOut && "text-muted")} />
      <div className="min-w-0 grow text-small">
        <p className="text-pretty break-words">
          {text.startsWith(who) ? <span className="font-medium">{who}</span> : null}
          {text.startsWith(who) ? text.slice(who.length) : text}
        </p>
        {more !== undefined && <p className="text-pretty break-words">{more}</p>}
        {/* The sentence names a note that is deleted in it. */}
        {namesNote && event.action !== "note.deleted" && (
          <p className={clsx("truncate", !standsOut && "text-muted")}>
            {words.inNote} <NoteName event={event} />
          </p>
        )}
      </div>
      <time
        dateTime={event.at}
        title={when}
        className={clsx("shrink-0 text-small tabular-nums", !standsOut && "text-muted")}
      >
        {formatClock(event.at)}
      </time>
    </li>
  );
}

function NoteName({ event: { noteId, noteTitle } }: { event: Line["event"] }) {
  if (noteTitle === null) return words.deletedNote;
  return (
    <Link to="/n/$noteId" params={{ noteId }} className="underline decoration-line-strong hover:decoration-current">
      {noteTitle}
    </Link>
  );
}
