import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../../client/src/index.ts";
import { formatInstant } from "../../texts/index.ts";
import { describeLine } from "./describe-line.ts";
import { groupByDay } from "./group-events.ts";

const bob = { id: "bob", name: "Bob", email: null };
const AT = "2026-11-24T12:00:00.000Z";

function describeEvent(fields: Partial<AuditEvent>): string[] {
  const { attachmentIds = [] } = fields;
  const event: AuditEvent = {
    id: "event",
    at: AT,
    action: "url.issued",
    actorId: "bob",
    actor: bob,
    noteId: "note",
    noteTitle: "Note",
    attachmentIds,
    files: attachmentIds.map((id) => ({ id, filename: `${id}.txt` })),
    detail: {},
    ...fields,
  };
  const [line] = groupByDay([event])[0]?.lines ?? [];
  if (line === undefined) throw new Error("no line");
  const { text, more } = describeLine(line, { accountId: "ann" });
  return more === undefined ? [text] : [text, more];
}

const files = ["a", "b", "c", "d"];

describe("the text of an event", () => {
  it.each<[AuditEvent["detail"], string[], string[]]>([
    [{ purpose: "download" }, ["a"], ["Bob downloaded a.txt"]],
    [{ purpose: "view" }, ["a"], ["Bob viewed a.txt"]],
    [{ purpose: "download" }, files, ["Bob downloaded 4 files", "a.txt, b.txt, c.txt, and 1 more"]],
    [{ purpose: "zip" }, files, ["Bob downloaded 4 files as a ZIP", "a.txt, b.txt, c.txt, and 1 more"]],
    [{ expiresInSeconds: 60 }, ["a", "b"], ["Bob opened 2 files"]],
    [{ expiresInSeconds: 60, linkId: "l" }, ["a"], ["A visitor opened a.txt"]],
  ])("the activity feed describes an issued URL in words (%j)", (detail, attachmentIds, expected) => {
    expect(describeEvent({ detail, attachmentIds })).toEqual(expected);
  });

  it("the activity feed describes a visitor's ZIP download in one sentence", () => {
    const detail = { purpose: "zip", linkId: "l", label: "Contract" };
    for (const action of ["link.claimed", "url.issued"]) {
      expect(describeEvent({ action, detail, attachmentIds: files })).toEqual([
        "A visitor downloaded 4 files as a ZIP from the link “Contract”",
        "a.txt, b.txt, c.txt, and 1 more",
      ]);
    }
  });

  it("the text of a rename event contains the old and the new filename", () => {
    const detail = { before: "a.txt", filename: "b.txt" };
    expect(describeEvent({ action: "attachment.renamed", attachmentIds: ["c"], detail })).toEqual([
      "Bob renamed a.txt to b.txt",
    ]);
  });

  it("the text of an event has quotation marks around a filename that contains spaces", () => {
    const files = [{ id: "a", filename: "The lease.pdf" }];
    expect(describeEvent({ action: "attachment.deleted", attachmentIds: ["a"], files })).toEqual([
      "Bob deleted “The lease.pdf”",
    ]);
  });

  it("the text of a move or copy event says whether the file arrived at the note or left", () => {
    const text = (action: string, detail: object) => describeEvent({ action, attachmentIds: ["c"], detail } as never);
    expect(text("attachment.moved", { toNoteId: "n" })).toEqual(["Bob moved c.txt to another note"]);
    expect(text("attachment.copied", { fromNoteId: "n" })).toEqual(["Bob copied c.txt here from another note"]);
  });

  it("the text of a share event contains the date and time of the expiry", () => {
    const expiresAt = "2026-12-01T08:30:00.000Z";
    const granted = { action: "share.granted", subject: { id: "carl", name: "Carl", email: null } };
    expect(describeEvent({ ...granted, detail: { role: "viewer", expiresAt } })).toEqual([
      `Bob shared the note with Carl (can view) until ${formatInstant(expiresAt)}`,
    ]);
    expect(describeEvent({ ...granted, detail: { role: "editor", expiresAt: null } })).toEqual([
      "Bob shared the note with Carl (can edit)",
    ]);
  });

  it.each<[string, AuditEvent["detail"], string[], string]>([
    ["link.created", {}, [], "Bob created the link “Contract”"],
    ["link.created", { label: "", kind: "download" }, [], "Bob created a link to the note"],
    ["link.created", { label: "", kind: "upload" }, [], "Bob created a file request"],
    ["link.revoked", { label: "" }, ["a"], "Bob ended a link to a.txt"],
    ["link.revoked", { label: "" }, ["a", "b"], "Bob ended a link to 2 files"],
    ["link.opened", { label: "" }, [], "A visitor opened a link"],
    ["link.updated", {}, [], "Bob changed the link “Contract”"],
    ["link.renewed", {}, [], "Bob gave the link “Contract” a new address"],
    ["link.revoked", {}, [], "Bob ended the link “Contract”"],
    ["link.sent", { people: 1, email: "eva@x.example" }, [], "Bob sent the link “Contract” to eva@x.example"],
    ["link.sent", { people: 3 }, [], "Bob sent the link “Contract” to 3 people"],
    ["link.opened", {}, [], "A visitor opened the link “Contract”"],
    ["link.claimed", { purpose: "download" }, ["a"], "A visitor downloaded a.txt from the link “Contract”"],
    ["link.claimed", { purpose: "view" }, ["a"], "A visitor looked at a.txt from the link “Contract”"],
    ["url.issued", { purpose: "view", linkId: "l" }, ["a"], "A visitor looked at a.txt from the link “Contract”"],
    [
      "link.claimed",
      { purpose: "download", email: "eva@x.example" },
      ["a"],
      "A visitor (eva@x.example) downloaded a.txt from the link “Contract”",
    ],
    ["link.claimed", {}, ["a"], "A visitor got a.txt from the link “Contract”"],
    ["url.refused", { count: 3 }, ["a"], "Bob tried to open a.txt without access, 3 times"],
    ["link.unlock_refused", {}, [], "A visitor gave a wrong password for the link “Contract”"],
    ["attachment.deleted", { visitorName: "Maria" }, ["a"], "Maria (visitor) deleted a.txt"],
    ["attachment.deleted", { visitorName: null }, ["a"], "A visitor deleted a.txt"],
    ["link.received", { visitorName: "Maria" }, ["a"], "Maria (visitor) sent a.txt for the file request “Contract”"],
  ])("the activity feed describes the event %s", (action, detail, attachmentIds, expected) => {
    expect(describeEvent({ action, detail: { label: "Contract", ...detail }, attachmentIds })).toEqual([expected]);
  });
});
