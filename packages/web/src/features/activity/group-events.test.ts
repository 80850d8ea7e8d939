import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../../client/src/index.ts";
import { groupByDay } from "./group-events.ts";

type EventFields = Partial<AuditEvent> & { at: string };

function event({ at, ...fields }: EventFields): AuditEvent {
  const { actorId = "bob", attachmentIds = [] } = fields;
  return {
    id: at,
    at,
    action: "note.updated",
    actorId,
    actor: { id: actorId, name: actorId, email: null },
    noteId: "note",
    noteTitle: "Note",
    detail: {},
    attachmentIds,
    files: attachmentIds.map((id) => ({ id, filename: `${id}.txt` })),
    ...fields,
  };
}

/** Makes events of one local day, one minute apart and newest first, and groups the events. */
const groupOneDay = (events: Omit<EventFields, "at">[]) =>
  groupByDay(events.map((fields, nth) => event({ ...fields, at: new Date(2026, 10, 24, 12, 59 - nth).toISOString() })));
const summary = (events: Omit<EventFields, "at">[]) =>
  groupOneDay(events).flatMap(({ lines }) =>
    lines.map(({ event, times, fileCount }) => [event.action, times, fileCount]),
  );

describe("grouping events", () => {
  it("the activity feed joins similar events if they have the same person and note", () => {
    expect(summary([{}, {}, {}])).toEqual([["note.updated", 3, 0]]);
    expect(summary([{}, { actorId: "ann" }, {}])).toHaveLength(3);
    expect(summary([{}, { noteId: "other" }, {}])).toHaveLength(3);
    expect(summary([{}, { action: "note.created" }, {}])).toHaveLength(3);
  });

  it("the activity feed does not join shares, rejections or different URLs", () => {
    const url = { action: "url.issued", attachmentIds: ["a"], detail: { expiresInSeconds: 60 } };
    expect(summary([url, url])).toEqual([["url.issued", 2, 1]]);
    expect(summary([url, { ...url, attachmentIds: ["a", "b"] }])).toHaveLength(2);
    expect(summary([url, { ...url, detail: { expiresInSeconds: 600 } }])).toHaveLength(2);
    for (const action of ["share.granted", "share.revoked", "attachment.rejected", "note.created"]) {
      expect(summary([{ action }, { action }])).toHaveLength(2);
    }
  });

  it("the activity feed does not join URLs with different purposes or links", () => {
    const url = { action: "url.issued", attachmentIds: ["a"] };
    const details = [{ purpose: "view" }, { purpose: "download" }, { purpose: "download", linkId: "l" }];
    expect(summary(details.map((detail) => ({ ...url, detail })))).toHaveLength(3);
  });

  it("the activity feed shows the many URL requests of a large ZIP as one event", () => {
    const zip = (attachmentIds: string[]) => ({ action: "url.issued", attachmentIds, detail: { purpose: "zip" } });
    const full = Array.from({ length: 1_000 }, (_, nth) => `file-${nth}`);
    expect(summary([zip(["x", "y"]), zip(full)])).toEqual([["url.issued", 1, 1_002]]);
    expect(summary([zip(["x", "y"]), zip(["x", "y", "z"])])).toHaveLength(2);
  });

  it("the activity feed joins refused URL requests, and adds their counts", () => {
    const refused = { action: "url.refused", attachmentIds: ["a"] };
    expect(summary([{ ...refused, detail: { count: 1_499 } }, refused])).toEqual([["url.refused", 1_500, 1]]);
  });

  it("the activity feed joins files that one person attached one after another", () => {
    const attached = ["a", "b", "c"].map((id) => ({ action: "attachment.uploaded", attachmentIds: [id] }));
    const [line] = groupOneDay(attached)[0]?.lines ?? [];
    expect(line).toMatchObject({ times: 3, fileCount: 3, filenames: ["a.txt", "b.txt", "c.txt"] });
    expect(line?.since).toBe(new Date(2026, 10, 24, 12, 57).toISOString());
  });

  it("the activity feed joins moved files only if they moved to the same note", () => {
    const moved = (detail: object) => ({ action: "attachment.moved", attachmentIds: ["a"], detail });
    const [to, from] = [moved({ toNoteId: "n" }), moved({ fromNoteId: "n" })];
    expect(summary([to, to, from, moved({ fromNoteId: "m" })] as never)).toHaveLength(3);
  });

  it("the activity feed joins files of a visitor only if they belong to the same file request", () => {
    const received = (linkId: string) => ({ action: "link.received", attachmentIds: ["a"], detail: { linkId } });
    expect(summary([received("one"), received("one"), received("two")])).toHaveLength(2);
  });

  it("the activity feed starts a new group of events at local midnight", () => {
    const days = [new Date(2026, 10, 24, 0, 0), new Date(2026, 10, 23, 23, 59), new Date(2026, 10, 23, 0, 0)];
    const grouped = groupByDay(days.map((at) => event({ at: at.toISOString() })));
    expect(grouped.map(({ start, lines }) => [new Date(start).getDate(), lines[0]?.times])).toEqual([
      [24, 1],
      [23, 2],
    ]);
  });
});
