import type { AuditEvent } from "@valetkey/client";
import { useMemo, useState } from "react";
import { WhenSeen } from "../../components/when-seen.tsx";
import { activity as activityTexts } from "../../texts/en/activity.ts";
import { formatDate, formatWeekday } from "../../texts/index.ts";
import { ActivityLine } from "./activity-line.tsx";
import { daysBefore } from "./count-downloads.ts";
import { type Day, groupByDay } from "./group-events.ts";

const words = activityTexts;
/** How many lines the list adds in one step. */
const STEP = 60;

type ActivityListProps = {
  /** Newest first. */
  events: readonly AuditEvent[];
  accountId: string | undefined;
  now: number;
  showsNote: boolean;
  /** The number of loaded pages, including pages without a visible line. */
  pageCount: number;
  /** Called when the user scrolls near the end of the list. Each value of `pageCount` causes at most one call. */
  onEnd: () => void;
};

export function ActivityList({ events, accountId, now, showsNote, pageCount, onEnd }: ActivityListProps) {
  const days = useMemo(() => groupByDay(events), [events]);
  const [shown, setShown] = useState(STEP);
  const total = days.reduce((sum, { lines }) => sum + lines.length, 0);
  return (
    <>
      {firstLines(days, shown).map((day) => (
        <section key={day.start} aria-label={nameDay(day.start, now)} className="flex flex-col gap-1">
          <h3 className="px-3 font-medium text-muted text-small">{nameDay(day.start, now)}</h3>
          <ul className="flex flex-col gap-0.5">
            {day.lines.map((line) => (
              <ActivityLine key={line.event.id} line={line} accountId={accountId} showsNote={showsNote} />
            ))}
          </ul>
        </section>
      ))}
      <WhenSeen key={`${shown}/${pageCount}`} onSeen={() => (shown < total ? setShown(shown + STEP) : onEnd())} />
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
