import type { Downloads as Counted } from "@valetkey/client";
import { startOfDay } from "./group-events.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The longest time span of the chart. */
const MAX_DAYS = 30;
const DEFAULT_DAYS = 14;

export type Bar = { start: number; count: number };

export type Downloads = {
  /** The time span of the chart. `hours`: the last 24 hours. `days14` and `days30` include today. */
  span: "hours" | "days14" | "days30";
  bars: Bar[];
  total: number;
};

/** Adds the downloads that the service counted to the bars of the chart. The bars are hours if no download is older than a day. */
export function countDownloads({ steps }: Pick<Counted, "steps">, now: number): Downloads {
  const first = steps[0] === undefined ? now : Date.parse(steps[0].at);
  const isLong = first < daysBefore(now, DEFAULT_DAYS - 1);
  const span = first >= startOfHours(now) ? "hours" : isLong ? "days30" : "days14";
  const bars = startsOf(span, now).map((start) => ({ start, count: 0 }));
  for (const { at, count } of steps) {
    const bar = bars.findLast(({ start }) => start <= Date.parse(at));
    if (bar !== undefined) bar.count += count;
  }
  return { span, bars, total: bars.reduce((sum, { count }) => sum + count, 0) };
}

function startOfHours(now: number): number {
  return new Date(now).setMinutes(0, 0, 0) - (DAY_MS - HOUR_MS);
}

function startsOf(span: Downloads["span"], now: number): number[] {
  if (span === "hours") return Array.from({ length: 24 }, (_, index) => startOfHours(now) + index * HOUR_MS);
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
