import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../../client/src/index.ts";
import { countDownloads } from "./count-downloads.ts";

function event(at: Date, { action = "url.issued", purpose = "download", files = 1 } = {}): AuditEvent {
  const person = { id: "bob", name: "Bob", email: null };
  return {
    id: at.toISOString(),
    at: at.toISOString(),
    action,
    actorId: "bob",
    actor: person,
    noteId: "note",
    noteTitle: "Note",
    files: [],
    detail: { purpose },
    attachmentIds: Array.from({ length: files }, (_, nth) => `file-${nth}`),
  };
}

// Local times, in a month in which some time zones change their clocks.
const now = new Date(2026, 10, 24, 15, 30);
const ago = (days: number, hours = 0) => new Date(2026, 10, 24 - days, 15 - hours, 10);
const counts = (...args: Parameters<typeof countDownloads>) => countDownloads(...args).bars.map(({ count }) => count);

describe("counting downloads", () => {
  it("counts by hour on the first day", () => {
    const events = [
      event(ago(0)),
      event(ago(0), { files: 3 }),
      event(ago(0, 2)),
      event(ago(0, 3), { action: "note.created" }),
    ];
    const { span, bars, total } = countDownloads(events, { now: now.getTime(), isComplete: true });
    expect([span, total, bars.length]).toEqual(["hours", 5, 24]);
    expect(bars.slice(-3).map(({ count }) => count)).toEqual([1, 0, 4]);
    expect(new Date(bars[23]?.start ?? 0).getHours()).toBe(15);
  });

  it("counts downloads and ZIPs, and no other URLs", () => {
    const purposes = ["download", "zip", "view", "thumbnail", "renewal"];
    const events = purposes.map((purpose) => event(ago(0), { purpose }));
    expect(countDownloads(events, { now: now.getTime(), isComplete: true }).total).toBe(2);
  });

  it("counts the last 14 days when older events are not loaded", () => {
    const options = { now: now.getTime(), isComplete: false };
    expect(countDownloads([event(ago(0))], options).span).toBe("days14");
    const events = [event(ago(0)), event(ago(1, 15)), event(ago(1), { files: 10 }), event(ago(13, 15))];
    expect(counts(events, options)).toEqual([1, ...Array(11).fill(0), 11, 1]);
    const old = [...events, event(ago(20), { action: "note.created" })];
    expect(countDownloads(old, { ...options, isComplete: true }).span).toBe("days14");
  });

  it("counts 30 days when URLs are older than 14 days", () => {
    const events = [event(ago(0)), event(ago(14)), event(ago(29)), event(ago(30)), event(ago(400))];
    const { span, bars, total } = countDownloads(events, { now: now.getTime(), isComplete: true });
    expect([span, bars.length, total, bars[0]?.count, bars[15]?.count, bars[29]?.count]).toEqual([
      "days30",
      30,
      3,
      1,
      1,
      1,
    ]);
    for (const { start } of bars) expect(new Date(start).getHours()).toBe(0);
  });
});
