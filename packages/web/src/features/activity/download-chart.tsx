import type { Downloads as Counted } from "@valetkey/client";
import { clsx } from "clsx";
import { activity as activityTexts } from "../../texts/en/activity.ts";
import { formatClock, formatCount, formatDate, texts } from "../../texts/index.ts";
import { startOfDay } from "./group-events.ts";

const words = activityTexts.chart;
const HEIGHT = 48;
const MIN_BARS = 3;
/** The width of a bar, and the gap after the bar, in units of the SVG. */
const WIDTH = 8;
const GAP = 2;

type DownloadChartProps = { counted: Counted; now: number };

/** Draws the downloads over time. Screen readers get the same numbers from a summary and a table. */
export function DownloadChart({ counted, now }: DownloadChartProps) {
  const downloads = countDownloads(counted, now);
  const { bars, span, total } = downloads;
  const [first] = bars;
  // A chart with fewer bars would show nothing more than the summary.
  const hasBars = bars.filter(({ count }) => count > 0).length >= MIN_BARS;
  if (total === 0 || first === undefined) return null;
  const isPartial = Date.parse(counted.countedSince) > first.start;
  return (
    <figure className={clsx(hasBars && "rounded-card border bg-surface p-3")}>
      <figcaption className="text-balance text-small" title={words.hint}>
        <span className="font-medium">{words.summary(formatCount(total, words.downloads), words.spans[span])}</span>
        {isPartial && <span className="block text-muted">{words.partial(formatDate(counted.countedSince, now))}</span>}
      </figcaption>
      {hasBars && (
        <>
          {" "}
          <Bars downloads={downloads} now={now} />
          <p aria-hidden="true" className="mt-1 flex justify-between text-muted text-small tabular-nums">
            <span>{nameBar(first, { span, now })}</span>
            <span>{span === "hours" ? words.now : words.today}</span>
          </p>
        </>
      )}
      <Table downloads={downloads} now={now} />
    </figure>
  );
}

function Bars({ downloads: { bars, span }, now }: { downloads: Downloads; now: number }) {
  const most = Math.max(...bars.map(({ count }) => count));
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${bars.length * (WIDTH + GAP) - GAP} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="mt-3 block h-16 w-full"
    >
      {bars.map((bar, index) => {
        const height = bar.count === 0 ? 1 : Math.max(3, (bar.count / most) * HEIGHT);
        const x = index * (WIDTH + GAP);
        return (
          <g key={bar.start} className="group">
            <title>{`${nameBar(bar, { span, now })}${texts.common.separator}${formatCount(bar.count, words.downloads)}`}</title>
            {/* This invisible rectangle shows the tooltip over the whole column, not only over the bar. */}
            <rect x={x} y={0} width={WIDTH + GAP} height={HEIGHT} className="fill-transparent" />
            <rect
              x={x}
              y={HEIGHT - height}
              width={WIDTH}
              height={height}
              className={bar.count === 0 ? "fill-line" : "fill-accent group-hover:fill-accent-hover"}
            />
          </g>
        );
      })}
    </svg>
  );
}

function Table({ downloads: { bars, span }, now }: { downloads: Downloads; now: number }) {
  return (
    <table className="sr-only">
      <caption>{words.title}</caption>
      <thead>
        <tr>
          <th scope="col">{span === "hours" ? words.columns.hour : words.columns.day}</th>
          <th scope="col">{words.columns.count}</th>
        </tr>
      </thead>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.start}>
            <th scope="row">{nameBar(bar, { span, now })}</th>
            <td>{bar.count}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function nameBar({ start }: Bar, { span, now }: { span: Downloads["span"]; now: number }): string {
  return span === "hours" ? formatClock(start) : formatDate(start, now);
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The longest time span of the chart in days. */
const MAX_DAYS = 30;
const DEFAULT_DAYS = 14;

type Bar = { start: number; count: number };

type Downloads = {
  /** The time span of the chart. `hours` is the last 24 hours. `days14` and `days30` include today. */
  span: "hours" | "days14" | "days30";
  bars: Bar[];
  total: number;
};

/** Adds the counted downloads to the bars of the chart. A bar is an hour if no download is older than a day, and otherwise a day. */
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

/** Returns the local midnight at the start of an earlier day. The function subtracts no hours, because not every day has 24 hours. */
export function daysBefore(now: number, days: number): number {
  const date = new Date(startOfDay(now));
  return date.setDate(date.getDate() - days);
}
