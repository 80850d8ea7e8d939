import type { FileAccess, NoteAccess } from "@valetkey/client";
import { formatCount, formatDuration, texts } from "./index.ts";

const words = texts.sharing.access;

type Counted = NonNullable<FileAccess["people"]>;
type Nouns = { one: string; other: string };

/** Describes who has a note or a file besides its owner: "2 people · 1 open link (7 days) · 1 file request", or "Only you". */
export function describeAccess(access: NoteAccess, { now }: { now: number }): string {
  const parts = accessParts(access, { now });
  const { sharedFiles } = access;
  if (parts.length === 0) return words.onlyYou;
  const isAlone = parts.length === 1 && sharedFiles !== undefined && !isOver(sharedFiles, { end: "last", now });
  return isAlone ? words.onlyFiles(sharedFiles.count) : parts.join(texts.common.separator);
}

/** Describes each kind of access that exists. Lists leave out the expiries, because their rows are short. */
export function accessParts(
  access: NoteAccess,
  { now, isShort = false }: { now: number; isShort?: boolean },
): string[] {
  const { sharedFiles } = access;
  const describe = (counted: Counted | undefined, nouns: Nouns, end?: "first" | "last") => {
    if (counted === undefined || isOver(counted, { end, now })) return [];
    return [formatCount(counted.count, nouns) + (isShort ? "" : describeEnd(counted, { end, now }))];
  };
  return [
    ...describe(access.people, words.person, "first"),
    ...describe(access.invitations, words.invitation),
    ...describe(join(access.links, access.fileLinks), words.link, "last"),
    ...describe(access.requests, words.request, "last"),
    ...(sharedFiles === undefined || isOver(sharedFiles, { end: "last", now })
      ? []
      : [words.alsoFiles(sharedFiles.count)]),
  ];
}

/** Joins the access to a note with the access to one of its files. Links to certain other files do not open this file. */
export function accessOfFile(note: NoteAccess, file: FileAccess = {}): FileAccess {
  const [people, invitations, links] = [
    join(note.people, file.people, Math.min),
    join(note.invitations, file.invitations),
    join(note.links, file.links),
  ];
  return { ...(people && { people }), ...(invitations && { invitations }), ...(links && { links }) };
}

/** Describes when the access of a reader expires. Returns undefined if it never expires, or has already expired. */
export function describeOwnEnd(expiresAt: string | null, now: number): string | undefined {
  return expiresAt === null || isExpired(expiresAt, now) ? undefined : words.ends(timeLeft(expiresAt, now));
}

/** Of two expiries, keeps the later one. No expiry is later than every other. With `Math.min`, keeps the earlier one. */
function join(one: Counted | undefined, other: Counted | undefined, choose = Math.max): Counted | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const end = choose(...[one, other].map(({ until }) => (until === undefined ? Infinity : Date.parse(until))));
  const count = one.count + other.count;
  return end === Infinity ? { count } : { count, until: new Date(end).toISOString() };
}

type Time = { end: "first" | "last" | undefined; now: number };

/** Whether everything has expired since the answer of the service. After the first expiry, other people may still have access. */
function isOver({ count, until }: Counted, { end, now }: Time): boolean {
  return until !== undefined && isExpired(until, now) && (end !== "first" || count === 1);
}

/** The expiry of people says when the access of the first one ends. The expiry of links says how long one of them stays open. */
function describeEnd({ count, until }: Counted, { end, now }: Time): string {
  if (end === undefined) return "";
  if (until === undefined) return end === "last" ? words.noEnd : "";
  return isExpired(until, now) ? "" : words[count === 1 ? "only" : end](timeLeft(until, now));
}

function isExpired(instant: string, now: number): boolean {
  return Date.parse(instant) <= now;
}

function timeLeft(instant: string, now: number): string {
  return formatDuration((Date.parse(instant) - now) / 1000);
}
