import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../../client/src/index.ts";
import { countDownloads } from "./downloads.ts";

/** An event of this local time; as many files as ids. */
function event(at: Date, { action = "url.issued", files = 1 } = {}): AuditEvent {
  const person = { id: "bob", name: "Bob", email: null };
  return {
    ...{ id: at.toISOString(), at: at.toISOString(), action, actorId: "bob", actor: person },
    ...{ noteId: "note", noteTitle: "Note", files: [], detail: {} },
    attachmentIds: Array.from({ length: files }, (_, nth) => `file-${nth}`),
  };
}

// Local times, for a day is what it is where the reader is; months in which clocks are changed somewhere.
const now = new Date(2026, 10, 24, 15, 30);
const ago = (days: number, hours = 0) => new Date(2026, 10, 24 - days, 15 - hours, 10);
const counts = (...given: Parameters<typeof countDownloads>) => countDownloads(...given).bars.map(({ count }) => count);

describe("downloads over time", () => {
  it("are counted by the hour on the first day", () => {
    const events = [
      event(ago(0)),
      event(ago(0), { files: 3 }),
      event(ago(0, 2)),
      event(ago(0, 3), { action: "note.created" }),
    ];
    const { span, bars, total } = countDownloads(events, { now: now.getTime(), isWhole: true });
    expect([span, total, bars.length]).toEqual(["hours", 5, 24]);
    expect(bars.slice(-3).map(({ count }) => count)).toEqual([1, 0, 4]);
    expect(new Date(bars[23]?.start ?? 0).getHours()).toBe(15);
  });

  it("by 14 days, today the last, however young what was loaded is", () => {
    const asked = { now: now.getTime(), isWhole: false };
    expect(countDownloads([event(ago(0))], asked).span).toBe("days14");
    const events = [event(ago(0)), event(ago(1, 15)), event(ago(1), { files: 10 }), event(ago(13, 15))];
    expect(counts(events, asked)).toEqual([1, ...Array(11).fill(0), 11, 1]);
    const old = [...events, event(ago(20), { action: "note.created" })];
    expect(countDownloads(old, { ...asked, isWhole: true }).span).toBe("days14");
  });

  it("by 30 days when something was given out before those, and nothing older", () => {
    const events = [event(ago(0)), event(ago(14)), event(ago(29)), event(ago(30)), event(ago(400))];
    const { span, bars, total } = countDownloads(events, { now: now.getTime(), isWhole: true });
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
