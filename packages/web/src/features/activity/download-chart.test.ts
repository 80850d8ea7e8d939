import { describe, expect, it } from "vitest";
import { countDownloads } from "./download-chart.tsx";

// Some time zones change their clocks in this month, so the instants are in local time.
const now = new Date(2026, 10, 24, 15, 30).getTime();
const ago = (days: number, hours = 0) => new Date(2026, 10, 24 - days, 15 - hours, 15).toISOString();
const steps = (...given: [at: string, count: number][]) => ({ steps: given.map(([at, count]) => ({ at, count })) });

describe("the chart of downloads", () => {
  it("the chart of downloads has hourly bars if no download is older than a day", () => {
    const { span, bars, total } = countDownloads(steps([ago(0, 2), 1], [ago(0), 3], [ago(0), 1]), now);
    expect([span, total, bars.length]).toEqual(["hours", 5, 24]);
    expect(bars.slice(-3).map(({ count }) => count)).toEqual([1, 0, 4]);
    expect(new Date(bars[23]?.start ?? 0).getHours()).toBe(15);
  });

  it("the chart of downloads has 14 daily bars if a download is older than a day", () => {
    const { span, bars } = countDownloads(steps([ago(13, 15), 1], [ago(1), 11], [ago(0), 1]), now);
    expect(span).toBe("days14");
    expect(bars.map(({ count }) => count)).toEqual([1, ...Array(11).fill(0), 11, 1]);
  });

  it("the chart of downloads has 30 daily bars if a download is older than 14 days", () => {
    const counted = steps([ago(30), 1], [ago(29), 1], [ago(14), 1], [ago(0), 1]);
    const { span, bars, total } = countDownloads(counted, now);
    expect([span, bars.length, total]).toEqual(["days30", 30, 3]);
    expect([bars[0], bars[15], bars[29]].map((bar) => bar?.count)).toEqual([1, 1, 1]);
    for (const { start } of bars) expect(new Date(start).getHours()).toBe(0);
  });
});
