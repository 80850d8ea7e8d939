import type { FileAccess, NoteAccess } from "@valetkey/client";
import { formatCount, formatDuration, texts } from "./index.ts";

const words = texts.sharing.access;

type Counted = NonNullable<FileAccess["people"]>;
type Nouns = { one: string; other: string };

/** The place where a person can change a kind of access: a tab of the share dialog, or the list of files. */
export type AccessPlace = "people" | "link" | "files";
export type AccessFact = { text: string; place: AccessPlace };

/**
 * Describes who has access to a note or file besides the owner, such as "2 people · 1 open link (7 days) · 1 file request" or "Only you".
 */
export function describeAccess(access: NoteAccess, time: { now: number }): string {
  const facts = factsForOwner(access, time);
  return facts.length === 0 ? words.onlyYou : facts.map(({ text }) => text).join(texts.common.separator);
}

/** Describes each kind of access for the owner. If only single files are shared, the text says so. */
export function factsForOwner(access: NoteAccess, time: { now: number }): AccessFact[] {
  const facts = accessFacts(access, time);
  const [first, second] = facts;
  if (first?.place !== "files" || second !== undefined) return facts;
  return [{ ...first, text: words.onlyFiles(access.sharedFiles?.count ?? 0) }];
}

/** Describes the access in the narrow row of a phone. If there are several kinds of access, the text omits their expiries. */
export function describeBriefly(access: NoteAccess, time: { now: number }): string {
  const parts = accessParts(access, time);
  return parts.length > 1 ? parts.join(texts.common.separator) : describeAccess(access, time);
}

/** Describes each kind of access, and names the place where a person can change this access. */
export function accessFacts(access: NoteAccess, { now }: { now: number }): AccessFact[] {
  return factsOf(access, { now, isShort: false });
}

/** Describes each kind of access without its expiry, because the rows of lists are short. */
export function accessParts(access: NoteAccess, { now }: { now: number }): string[] {
  return factsOf(access, { now, isShort: true }).map(({ text }) => text);
}

function factsOf(access: NoteAccess, { now, isShort }: { now: number; isShort: boolean }): AccessFact[] {
  const { sharedFiles } = access;
  const describe = (place: AccessPlace, counted: Counted | undefined, nouns: Nouns, end?: "first" | "last") => {
    if (counted === undefined || isOver(counted, { end, now })) return [];
    return [{ place, text: formatCount(counted.count, nouns) + (isShort ? "" : describeEnd(counted, { end, now })) }];
  };
  return [
    ...describe("people", access.people, words.person, "first"),
    ...describe("people", access.invitations, words.invitation),
    ...describe("link", join(access.links, access.fileLinks), words.link, "last"),
    ...describe("link", access.requests, words.request, "last"),
    ...(sharedFiles === undefined || isOver(sharedFiles, { end: "last", now })
      ? []
      : [{ place: "files" as const, text: words.alsoFiles(sharedFiles.count) }]),
  ];
}

/** Joins the access to a note with the access to one of its files, and omits links to other files. */
export function accessOfFile(note: NoteAccess, file: FileAccess = {}): FileAccess {
  const [people, invitations, links] = [
    join(note.people, file.people, Math.min),
    join(note.invitations, file.invitations),
    join(note.links, file.links),
  ];
  return { ...(people && { people }), ...(invitations && { invitations }), ...(links && { links }) };
}

type OwnAccess = { role: "editor" | "viewer"; accessExpiresAt: string | null };

/** Describes what a user may do with a shared note, and for how long, such as "you can view" and "expires in 7 days". */
export function ownAccessParts({ role, accessExpiresAt }: OwnAccess, now: number): string[] {
  const end = describeOwnEnd(accessExpiresAt, now);
  return [words[role], ...(end === undefined ? [] : [end])];
}

/** Describes when the user's own access expires. Returns undefined if the access never expires, or has already expired. */
export function describeOwnEnd(expiresAt: string | null, now: number): string | undefined {
  return expiresAt === null || isExpired(expiresAt, now) ? undefined : words.ends(timeLeft(expiresAt, now));
}

/** Adds two counts, and keeps the later expiry, where "never" is the latest. With `Math.min`, keeps the earlier expiry. */
function join(one: Counted | undefined, other: Counted | undefined, choose = Math.max): Counted | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const instants = (of: (counted: Counted) => string | undefined) =>
    [one, other].map(of).map((instant) => (instant === undefined ? Infinity : Date.parse(instant)));
  const end = choose(...instants(({ until }) => until));
  const first = Math.min(...instants(({ next, until }) => next ?? until));
  return {
    count: one.count + other.count,
    ...(end < Infinity && { until: new Date(end).toISOString() }),
    ...(first < end && { next: new Date(first).toISOString() }),
  };
}

type Time = { end: "first" | "last" | undefined; now: number };

/**
 * Returns whether the whole access has expired since the response of the service. If only the first access has expired, other people may
 * still have access.
 */
function isOver({ count, until }: Counted, { end, now }: Time): boolean {
  return until !== undefined && isExpired(until, now) && (end !== "first" || count === 1);
}

/** Describes the expiry. For people, the text says when the first access expires. For links, the text says when the last link expires. */
function describeEnd({ count, until, next }: Counted, { end, now }: Time): string {
  if (end === undefined) return "";
  if (until === undefined && end === "last") {
    if (next === undefined) return words.noEnd;
    // One link expires, so of two links exactly one never expires.
    return count === 2 ? words.oneNeverEnds : words.someNeverEnd;
  }
  if (until === undefined) return "";
  return isExpired(until, now) ? "" : words[count === 1 ? "only" : end](timeLeft(until, now));
}

function isExpired(instant: string, now: number): boolean {
  return Date.parse(instant) <= now;
}

function timeLeft(instant: string, now: number): string {
  return formatDuration((Date.parse(instant) - now) / 1000);
}
