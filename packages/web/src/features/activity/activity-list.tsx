import { Link } from "@tanstack/react-router";
import type { AuditEvent } from "@valetkey/client";
import { clsx } from "clsx";
import {
  Copy,
  Download,
  Eye,
  FileOutput,
  FilePlus2,
  FileX2,
  FolderDown,
  Inbox,
  Link2,
  Link2Off,
  type LucideIcon,
  PencilLine,
  Send,
  ShieldAlert,
  SquarePen,
  Trash2,
  Undo2,
  UserMinus,
  UserPlus,
} from "lucide-react";
import { useMemo, useState } from "react";
import { WhenSeen } from "../../components/when-seen.tsx";
import { activity as activityTexts } from "../../texts/en/activity.ts";
import { formatClock, formatDate, formatFullDate, formatInstant, formatWeekday } from "../../texts/index.ts";
import { titleOf } from "../../texts/note-title.ts";
import { describeLine } from "./describe-line.ts";
import { daysBefore } from "./download-chart.tsx";
import { type Day, groupByDay, type Line } from "./group-events.ts";

const words = activityTexts;
/** How many more lines the list shows when the user scrolls to its end. */
const STEP = 60;

type ActivityListProps = {
  /** The events, sorted newest first. */
  events: readonly AuditEvent[];
  accountId: string | undefined;
  now: number;
  showsNote: boolean;
  /** The number of loaded pages of events, including pages that add no line. */
  pageCount: number;
  /** Runs when the user scrolls near the end of the list. Undefined if no further events can load now. */
  onEnd: (() => void) | undefined;
};

export function ActivityList({ events, accountId, now, showsNote, pageCount, onEnd }: ActivityListProps) {
  const days = useMemo(() => groupByDay(events), [events]);
  const [shown, setShown] = useState(STEP);
  const total = days.reduce((sum, { lines }) => sum + lines.length, 0);
  return (
    <>
      {firstLines(days, shown).map((day) => (
        <section key={day.start} aria-label={nameDay(day.start, now)} className="flex flex-col gap-1">
          <h3 className="font-medium text-muted text-small">
            <span className="print:hidden">{nameDay(day.start, now)}</span>
            {/* A print shows the date, because "Today" is soon wrong on paper. */}
            <span className="hidden print:inline">{formatFullDate(day.start)}</span>
          </h3>
          <ul className="-mx-3 flex flex-col gap-0.5">
            {day.lines.map((line, index) => (
              <ActivityLine
                key={line.event.id}
                {...{ line, accountId, showsNote }}
                isSameNote={day.lines[index - 1]?.event.noteId === line.event.noteId}
              />
            ))}
          </ul>
        </section>
      ))}
      {(shown < total || onEnd !== undefined) && (
        <WhenSeen key={`${shown}/${pageCount}`} onSeen={() => (shown < total ? setShown(shown + STEP) : onEnd?.())} />
      )}
    </>
  );
}

function firstLines(days: readonly Day[], count: number): Day[] {
  const found: Day[] = [];
  let left = count;
  for (const day of days) {
    if (left <= 0) break;
    found.push({ ...day, lines: day.lines.slice(0, left) });
    left -= day.lines.length;
  }
  return found;
}

function nameDay(start: number, now: number): string {
  if (start === daysBefore(now, 0)) return words.today;
  if (start === daysBefore(now, 1)) return words.yesterday;
  return start > daysBefore(now, 7) ? formatWeekday(start) : formatDate(start, now);
}

const icons: Record<string, LucideIcon> = {
  "note.created": SquarePen,
  "note.updated": PencilLine,
  "note.deleted": Trash2,
  "note.restored": Undo2,
  "note.purged": Trash2,
  "attachment.uploaded": FilePlus2,
  "attachment.adopted": FilePlus2,
  "attachment.accepted": FilePlus2,
  "attachment.rejected": FileX2,
  "attachment.renamed": PencilLine,
  "attachment.moved": FileOutput,
  "attachment.copied": Copy,
  "attachment.deleted": Trash2,
  "attachment.restored": Undo2,
  "attachment.purged": Trash2,
  "share.granted": UserPlus,
  "share.revoked": UserMinus,
  "invitation.created": UserPlus,
  "invitation.updated": UserPlus,
  "invitation.renewed": UserPlus,
  "invitation.revoked": UserMinus,
  "invitation.redeemed": UserPlus,
  "access.requested": UserPlus,
  "access.dismissed": UserMinus,
  "url.issued": Download,
  "url.refused": ShieldAlert,
  "link.created": Link2,
  "link.updated": Link2,
  "link.renewed": Link2,
  "link.revoked": Link2Off,
  "link.sent": Send,
  "link.opened": Eye,
  "link.claimed": Download,
  "link.unlock_refused": ShieldAlert,
  "link.received": Inbox,
};
const purposeIcons: Record<string, LucideIcon> = {
  view: Eye,
  zip: FolderDown,
};
const HIGHLIGHTED: ReadonlySet<string> = new Set(["url.refused", "link.unlock_refused", "attachment.rejected"]);

type ActivityLineProps = Pick<ActivityListProps, "accountId" | "showsNote"> & { line: Line; isSameNote: boolean };

/** Several lines in a row about the same note have one heading with the name of the note. */
function ActivityLine({ line, accountId, showsNote, isSameNote }: ActivityLineProps) {
  const { event, since } = line;
  const { who, isYou, text, more } = describeLine(line, { accountId });
  const Icon = purposeIcons[String(event.detail.purpose)] ?? icons[event.action] ?? SquarePen;
  const isHighlighted = HIGHLIGHTED.has(event.action);
  const when = line.times > 1 ? words.span(formatInstant(since), formatInstant(event.at)) : formatInstant(event.at);
  return (
    <li>
      {showsNote && !isSameNote && (
        <h4 className="truncate px-3 pt-3 pb-1 font-medium text-small">
          <NoteName event={event} />
        </h4>
      )}
      <div className={clsx("flex gap-3 rounded-card px-3 py-1.5", isHighlighted && "bg-danger-soft text-danger")}>
        <Icon size={16} aria-hidden="true" className={clsx("mt-0.5 shrink-0", !isHighlighted && "text-muted")} />
        <div className="min-w-0 grow text-small">
          <p className="text-pretty break-words">
            {text.startsWith(who) ? <bdi className={isYou ? undefined : "font-medium"}>{who}</bdi> : null}
            {text.startsWith(who) ? text.slice(who.length) : text}
          </p>
          {more !== undefined && (
            <p className={clsx("text-pretty break-words", !isHighlighted && "text-muted")}>{more}</p>
          )}
        </div>
        <time
          dateTime={event.at}
          title={when}
          className={clsx("shrink-0 text-small tabular-nums", !isHighlighted && "text-muted")}
        >
          {formatClock(event.at)}
        </time>
      </div>
    </li>
  );
}

function NoteName({ event: { noteId, noteTitle } }: { event: Line["event"] }) {
  if (noteTitle === null) return words.deletedNote;
  return (
    <Link to="/n/$noteId" params={{ noteId }} className="underline decoration-line-strong hover:decoration-current">
      <bdi>{titleOf(noteTitle)}</bdi>
    </Link>
  );
}
