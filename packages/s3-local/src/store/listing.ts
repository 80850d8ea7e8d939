import type { ObjectRecord } from "./records.ts";

/** One entry of a listing: an object, or everything below a common prefix. */
export type ListingEntry = { object: ObjectRecord } | { commonPrefix: string };

/** What to list: keys that start with `prefix`, from `from` on (a key, included), rolled up at `delimiter`. */
export type ListingQuery = { prefix: string; delimiter: string; from: string; limit: number };

/** Reads objects in key order, one at a time: see Objects.from. */
export type ReadObjects = (from: string) => Iterable<ObjectRecord>;

/** Entries in order, and whether there are more. */
export type ListingPage = { entries: ListingEntry[]; isTruncated: boolean };

/**
 * Lists one page. A common prefix is one step however many keys are below it.
 *
 * Source: Amazon S3 API, ListObjectsV2.
 */
export function listPage(query: ListingQuery, read: ReadObjects): ListingPage {
  const { prefix, limit } = query;
  const entries: ListingEntry[] = [];
  let from: string | undefined = laterKey(query.from, prefix);
  while (from !== undefined) {
    const objects = read(from);
    from = undefined;
    for (const object of objects) {
      if (!object.key.startsWith(prefix)) return { entries, isTruncated: false };
      if (entries.length === limit) return { entries, isTruncated: true };
      const commonPrefix = commonPrefixOf(object.key, query);
      entries.push(commonPrefix === undefined ? { object } : { commonPrefix });
      if (commonPrefix === undefined) continue;
      // There may be a million keys below this prefix: read again from behind them.
      from = successor(commonPrefix);
      break;
    }
  }
  return { entries, isTruncated: false };
}

/** The first key behind every key that starts with this text, in UTF-8 order; undefined when there is none. */
export function successor(text: string): string | undefined {
  const points = Array.from(text, (character) => character.codePointAt(0) as number);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // UTF-8 has no surrogates: what follows U+D7FF is U+E000.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

/** The first key behind this one. */
export function nextKey(key: string): string {
  return `${key}\0`;
}

/** What a key is rolled up to; undefined when it stands for itself. */
export function commonPrefixOf(
  key: string,
  { prefix, delimiter }: Pick<ListingQuery, "prefix" | "delimiter">,
): string | undefined {
  if (delimiter === "" || !key.startsWith(prefix)) return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end === -1 ? undefined : key.slice(0, end + delimiter.length);
}

function laterKey(left: string, right: string): string {
  return Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0 ? right : left;
}
