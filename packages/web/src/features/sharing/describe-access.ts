import type { Attachment } from "@valetkey/client";
import { isExpired } from "../../components/expiry.ts";
import { formatCount, formatDuration, texts } from "../../texts/index.ts";
import type { Entry } from "./shares-query.ts";

const words = texts.sharing.access;

type Access = {
  /** The shares of the note that are valid. */
  shares: readonly Pick<Entry, "expiresAt">[];
  files: readonly Pick<Attachment, "sharedWith">[];
  now: number;
};

/** Describes who can see a note besides its owner, when the first access expires, and how many files are shared without the note. */
export function describeAccess({ shares, files, now }: Access): string {
  const sharedFiles = files.filter(({ sharedWith = 0 }) => sharedWith > 0).length;
  if (shares.length === 0) return sharedFiles === 0 ? words.onlyYou : words.onlyFiles(sharedFiles);
  const people = `${words.sharedWith} ${formatCount(shares.length, words.person)}`;
  const first = shares.flatMap(({ expiresAt }) => expiresAt ?? []).sort()[0];
  const end = first === undefined ? [] : [describeEnd(first, { isOnly: shares.length === 1, now })];
  return [people, ...end, ...(sharedFiles === 0 ? [] : [words.alsoFiles(sharedFiles)])].join(" · ");
}

/** Describes when the access of a reader expires. Returns undefined if it never expires, or has already expired. */
export function describeOwnEnd(expiresAt: string | null, now: number): string | undefined {
  return expiresAt === null || isExpired(expiresAt, now) ? undefined : describeEnd(expiresAt, { isOnly: true, now });
}

function describeEnd(expiresAt: string, { isOnly, now }: { isOnly: boolean; now: number }): string {
  const left = formatDuration((Date.parse(expiresAt) - now) / 1000);
  return isOnly ? words.ends(left) : words.firstEnds(left);
}
