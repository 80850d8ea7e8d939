import type { AuditEvent } from "@valetkey/client";
import { useMemo, useState } from "react";
import { WhenSeen } from "../../components/when-seen.tsx";
import { formatDate, formatWeekday, texts } from "../../texts/index.ts";
import { ActivityLine } from "./activity-line.tsx";
import { daysBefore } from "./downloads.ts";
import { type Day, toDays } from "./lines.ts";

const words = texts.activity;
/** So many lines are added at a time. */
const STEP = 60;

type ActivityListProps = {
  /** Newest first. */
  events: readonly AuditEvent[];
  accountId: string | undefined;
  now: number;
  namesNote: boolean;
  /** How many pages there are of them, those included that have nothing to show. */
  pageCount: number;
  /** Called when the end of what there is comes near, once for each number of pages. */
  onEnd: () => void;
};

/** What happened, by day. */
export function ActivityList({ events, accountId, now, namesNote, pageCount, onEnd }: ActivityListProps) {
  const days = useMemo(() => toDays(events), [events]);
  const [shown, setShown] = useState(STEP);
  const total = days.reduce((sum, { lines }) => sum + lines.length, 0);
  return (
    <>
      {firstLines(days, shown).map((day) => (
        <section key={day.start} aria-label={nameDay(day.start, now)} className="flex flex-col gap-1">
          <h3 className="px-3 font-medium text-muted text-small">{nameDay(day.start, now)}</h3>
          <ul className="flex flex-col gap-0.5">
            {day.lines.map((line) => (
              <ActivityLine key={line.event.id} {...{ line, accountId, now, namesNote }} />
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
