import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../../client/src/index.ts";
import { toDays } from "./lines.ts";

type Given = Partial<AuditEvent> & { at: string };

function event({ at, ...given }: Given): AuditEvent {
  const { actorId = "bob", attachmentIds = [] } = given;
  return {
    ...{ id: at, at, action: "note.updated", actorId, actor: { id: actorId, name: actorId, email: null } },
    ...{ noteId: "note", noteTitle: "Note", detail: {}, attachmentIds },
    files: attachmentIds.map((id) => ({ id, filename: `${id}.txt` })),
    ...given,
  };
}

/** Of one local day, each a minute before the one that stands before it. */
const story = (events: Omit<Given, "at">[]) =>
  toDays(events.map((given, nth) => event({ ...given, at: new Date(2026, 10, 24, 12, 59 - nth).toISOString() })));
const told = (events: Omit<Given, "at">[]) =>
  story(events).flatMap(({ lines }) => lines.map(({ event, times, fileCount }) => [event.action, times, fileCount]));

describe("the lines of the activity", () => {
  it("tell a run of the same kind once: by one person, on one note", () => {
    expect(told([{}, {}, {}])).toEqual([["note.updated", 3, 0]]);
    expect(told([{}, { actorId: "ann" }, {}])).toHaveLength(3);
    expect(told([{}, { noteId: "other" }, {}])).toHaveLength(3);
    expect(told([{}, { action: "note.created" }, {}])).toHaveLength(3);
  });

  it("keep shares and rejections apart, and URLs of other files or with another life", () => {
    const url = { action: "url.issued", attachmentIds: ["a"], detail: { expiresInSeconds: 60 } };
    expect(told([url, url])).toEqual([["url.issued", 2, 1]]);
    expect(told([url, { ...url, attachmentIds: ["a", "b"] }])).toHaveLength(2);
    expect(told([url, { ...url, detail: { expiresInSeconds: 600 } }])).toHaveLength(2);
    for (const action of ["share.granted", "share.revoked", "attachment.rejected", "note.created"]) {
      expect(told([{ action }, { action }])).toHaveLength(2);
    }
  });

  it("gather the files that someone attached in a row", () => {
    const attached = ["a", "b", "c"].map((id) => ({ action: "attachment.uploaded", attachmentIds: [id] }));
    const [line] = story(attached)[0]?.lines ?? [];
    expect(line).toMatchObject({ times: 3, fileCount: 3, filenames: ["a.txt", "b.txt", "c.txt"] });
    expect(line?.since).toBe(new Date(2026, 10, 24, 12, 57).toISOString());
  });

  it("are of one day each, as the day is where the reader is", () => {
    const days = [new Date(2026, 10, 24, 0, 0), new Date(2026, 10, 23, 23, 59), new Date(2026, 10, 23, 0, 0)];
    const found = toDays(days.map((at) => event({ at: at.toISOString() })));
    expect(found.map(({ start, lines }) => [new Date(start).getDate(), lines[0]?.times])).toEqual([
      [24, 1],
      [23, 2],
    ]);
  });
});
