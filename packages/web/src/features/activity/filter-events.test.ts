import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../../client/src/index.ts";
import { isShown } from "./filter-events.ts";

const event = (action: string, detail: AuditEvent["detail"] = {}): AuditEvent => ({
  ...{ id: "1", at: "2026-11-24T12:00:00.000Z", action, actorId: "bob", detail },
  ...{
    actor: { id: "bob", name: "Bob", email: null },
    noteId: "note",
    noteTitle: "Note",
    attachmentIds: [],
    files: [],
  },
});

describe("isShown", () => {
  it.each([
    [event("url.issued", { purpose: "download" }), "downloads"],
    [event("url.issued", { purpose: "zip" }), "downloads"],
    [event("link.claimed", { purpose: "download" }), "downloads"],
    [event("url.issued", { purpose: "view" }), "access"],
    [event("link.claimed", { purpose: "view" }), "access"],
    [event("link.opened"), "access"],
    // An earlier version of the service recorded no purpose. The service does not count such an event as a download.
    [event("link.claimed"), "access"],
    [event("note.updated"), "changes"],
    [event("share.granted"), "sharing"],
    [event("url.refused"), "refusals"],
  ] as const)("exactly one filter, apart from the filter for all events, shows the event %o", (each, expected) => {
    const filters = ["downloads", "access", "changes", "sharing", "refusals"] as const;
    expect(filters.filter((filter) => isShown(each, filter))).toEqual([expected]);
    expect(isShown(each, "all")).toBe(true);
  });
});
