import type { NoteAccess } from "@valetkey/client";
import { describe, expect, it } from "vitest";
import {
  type AccessFact,
  accessFacts,
  accessOfFile,
  accessParts,
  describeAccess,
  describeBriefly,
  describeOwnEnd,
  factsForOwner,
  ownAccessParts,
} from "./describe-access.ts";

/** Replaces the spaces that never end a line. */
const plain = (text: string | undefined) => text?.replaceAll("\u00a0", " ");
const now = Date.parse("2026-03-01T12:00:00.000Z");
const inDays = (days: number) => new Date(now + days * 86_400_000).toISOString();

describe("the sentence about access", () => {
  it.each<[string, NoteAccess]>([
    ["Only you", {}],
    ["Only 1 file is shared", { sharedFiles: { count: 1 } }],
    ["Only 2 files are shared", { sharedFiles: { count: 2, until: inDays(1) } }],
    ["Only you", { sharedFiles: { count: 1, until: inDays(-1) } }],
    ["1 person", { people: { count: 1 } }],
    ["1 person (2 days)", { people: { count: 1, until: inDays(2) } }],
    ["3 people (the first: 2 days)", { people: { count: 3, until: inDays(2) } }],
    ["1 person · 1 file shared alone", { people: { count: 1 }, sharedFiles: { count: 1 } }],
    ["2 open invitations", { invitations: { count: 2, until: inDays(2) } }],
    ["1 open link (no expiry)", { links: { count: 1 } }],
    ["2 open links (1 never expires)", { links: { count: 2, next: inDays(7) } }],
    ["3 open links (not all expire)", { links: { count: 3, next: inDays(7) } }],
    ["2 open links (1 never expires)", { links: { count: 1 }, fileLinks: { count: 1, until: inDays(7) } }],
    ["2 open links (up to 9 days)", { links: { count: 2, until: inDays(9), next: inDays(7) } }],
    [
      "2 people · 1 open link (7 days) · 1 file request (2 days)",
      {
        people: { count: 2 },
        links: { count: 1, until: inDays(7) },
        requests: { count: 1, until: inDays(2) },
      },
    ],
    [
      "3 open links (up to 9 days)",
      { links: { count: 1, until: inDays(2) }, fileLinks: { count: 2, until: inDays(9) } },
    ],
  ])("the sentence about the access to a note describes who has access (%s)", (sentence, access) => {
    expect(plain(describeAccess(access, { now }))).toBe(sentence);
  });

  it("the sentence about access omits links that have expired", () => {
    const access = { people: { count: 2, until: inDays(-1) }, links: { count: 4, until: inDays(-1) } };
    expect(describeAccess(access, { now })).toBe("2 people");
    expect(describeAccess({ people: { count: 1, until: inDays(-1) } }, { now })).toBe("Only you");
  });

  it("in a list, the sentence about access omits expiry dates", () => {
    const access = { people: { count: 2, until: inDays(2) }, links: { count: 1, until: inDays(2) } };
    expect(accessParts(access, { now })).toEqual(["2 people", "1 open link"]);
    expect(accessParts({ sharedFiles: { count: 2 } }, { now })).toEqual(["2 files shared alone"]);
  });

  it.each<[string, NoteAccess]>([
    ["Only you", {}],
    ["2 people · 1 file request", { people: { count: 2 }, requests: { count: 1, until: inDays(2) } }],
    [
      "2 people · 1 open invitation · 1 open link",
      { people: { count: 2 }, invitations: { count: 1 }, links: { count: 1 } },
    ],
    ["2 open links (no expiry)", { people: { count: 1, until: inDays(-1) }, fileLinks: { count: 2 } }],
    ["2 people", { people: { count: 2 }, links: { count: 1, until: inDays(-1) } }],
    ["1 file request (2 days)", { requests: { count: 1, until: inDays(2) } }],
    ["Only 1 file is shared", { sharedFiles: { count: 1 } }],
  ])("the short sentence about the access to a note describes who has access (%s)", (row, access) => {
    expect(plain(describeBriefly(access, { now }))).toBe(row);
  });

  it("each part of the sentence about access names the place to change this access", () => {
    const access = {
      people: { count: 1 },
      invitations: { count: 1 },
      fileLinks: { count: 1 },
      requests: { count: 1 },
      sharedFiles: { count: 1 },
    };
    const places = (facts: readonly AccessFact[]) => facts.map(({ place }) => place);
    expect(places(factsForOwner(access, { now }))).toEqual(["people", "people", "link", "link", "files"]);
    expect(factsForOwner({ sharedFiles: { count: 1 } }, { now })).toEqual([
      { place: "files", text: "Only 1 file is shared" },
    ]);
    expect(accessFacts({ sharedFiles: { count: 1 } }, { now })).toEqual([
      { place: "files", text: "1 file shared alone" },
    ]);
  });

  it("the sentence about the access to a file includes the access to its note", () => {
    const note = {
      people: { count: 1, until: inDays(4) },
      links: { count: 1, until: inDays(2) },
      fileLinks: { count: 3 },
    };
    const file = { people: { count: 2, until: inDays(3) }, links: { count: 1, until: inDays(9) } };
    expect(plain(describeAccess(accessOfFile(note, file), { now }))).toBe(
      "3 people (the first: 3 days) · 2 open links (up to 9 days)",
    );
    expect(plain(describeAccess(accessOfFile(note), { now }))).toBe("1 person (4 days) · 1 open link (2 days)");
  });
});

describe("the access of a user who does not own the note", () => {
  it("the access line of a shared note says when the user's own access expires", () => {
    expect(plain(describeOwnEnd(inDays(2), now))).toBe("expires in 2 days");
    expect(describeOwnEnd(null, now)).toBeUndefined();
    expect(describeOwnEnd(inDays(0), now)).toBeUndefined();
  });

  it("the list of notes says what a user may do with a shared note, and for how long", () => {
    expect(ownAccessParts({ role: "editor", accessExpiresAt: inDays(2) }, now).map(plain)).toEqual([
      "you can edit",
      "expires in 2 days",
    ]);
    expect(ownAccessParts({ role: "viewer", accessExpiresAt: null }, now)).toEqual(["you can view"]);
  });
});
