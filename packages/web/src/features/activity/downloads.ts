import type { AuditEvent } from "@valetkey/client";
import { startOfDay } from "./lines.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The longest time that is drawn. */
export const MAX_DAYS = 30;
const FEW_DAYS = 14;

export type Bar = { start: number; count: number };

export type Downloads = {
  /** hours: the last 24. days14, days30: today is the last of them. */
  span: "hours" | "days14" | "days30";
  bars: Bar[];
  total: number;
};

/**
 * How many URLs were given out, over time; a batch counts its files. On the first day by the hour, else by the day: 14, or 30 when something
 * was given out before those. `isWhole`: whether nothing happened before these events (newest first).
 */
export function countDownloads(
  events: readonly AuditEvent[],
  { now, isWhole }: { now: number; isWhole: boolean },
): Downloads {
  const oldest = events.at(-1);
  const issued = events.filter(({ action }) => action === "url.issued");
  const first = issued.at(-1);
  const isFirstDay = isWhole && (oldest === undefined || now - Date.parse(oldest.at) < DAY_MS);
  const isLong = first !== undefined && Date.parse(first.at) < daysBefore(now, FEW_DAYS - 1);
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
  const days = span === "days30" ? MAX_DAYS : FEW_DAYS;
  return Array.from({ length: days }, (_, index) => daysBefore(now, days - 1 - index));
}

/** The midnight that began the day so many days before; a day is not always of 24 hours. */
export function daysBefore(now: number, days: number): number {
  const date = new Date(startOfDay(now));
  return date.setDate(date.getDate() - days);
}
