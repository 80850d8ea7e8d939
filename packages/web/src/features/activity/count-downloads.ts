import type { AuditEvent } from "@valetkey/client";
import { startOfDay } from "./group-events.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The longest time span of the chart. */
export const MAX_DAYS = 30;
const DEFAULT_DAYS = 14;

export type Bar = { start: number; count: number };

export type Downloads = {
  /** The time span of the chart. `hours`: the last 24 hours. `days14` and `days30` include today. */
  span: "hours" | "days14" | "days30";
  bars: Bar[];
  total: number;
};

const DOWNLOADS: ReadonlySet<unknown> = new Set(["download", "zip"]);

/**
 * Counts the downloaded files. Each file in a ZIP or in a batch counts as one download. A view does not count. `events` are sorted newest
 * first. `isComplete` says whether `events` contains all events.
 */
export function countDownloads(
  events: readonly AuditEvent[],
  { now, isComplete }: { now: number; isComplete: boolean },
): Downloads {
  const oldest = events.at(-1);
  const issued = events.filter(({ action, detail }) => action === "url.issued" && DOWNLOADS.has(detail.purpose));
  const first = issued.at(-1);
  const isFirstDay = isComplete && (oldest === undefined || now - Date.parse(oldest.at) < DAY_MS);
  const isLong = first !== undefined && Date.parse(first.at) < daysBefore(now, DEFAULT_DAYS - 1);
  const span = isFirstDay ? "hours" : isLong ? "days30" : "days14";
  const bars = startsOf(span, now).map((start) => ({ start, count: 0 }));
  for (const { at, attachmentIds } of issued) {
    const bar = bars.findLast(({ start }) => start <= Date.parse(at));
    if (bar !== undefined) bar.count += Math.max(1, attachmentIds.length);
  }
  return { span, bars, total: bars.reduce((sum, { count }) => sum + count, 0) };
}

function startsOf(span: Downloads["span"], now: number): number[] {
  if (span === "hours") {
    const hour = new Date(now).setMinutes(0, 0, 0);
    return Array.from({ length: 24 }, (_, index) => hour - (23 - index) * HOUR_MS);
  }
  const days = span === "days30" ? MAX_DAYS : DEFAULT_DAYS;
  return Array.from({ length: days }, (_, index) => daysBefore(now, days - 1 - index));
}

/**
 * Returns the local midnight at the start of an earlier day. The function does not subtract hours, because a day does not always have 24
 * hours.
 */
export function daysBefore(now: number, days: number): number {
  const date = new Date(startOfDay(now));
  return date.setDate(date.getDate() - days);
}
