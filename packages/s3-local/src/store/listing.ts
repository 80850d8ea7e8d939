import type { ObjectRecord } from "./records.ts";

export type ListingEntry = { object: ObjectRecord } | { commonPrefix: string };

/** Selects the keys that start with `prefix`, beginning with the key `from`, and groups them at `delimiter`. */
export type ListingQuery = { prefix: string; delimiter: string; from: string; limit: number };

export type ReadObjects = (from: string) => Iterable<ObjectRecord>;

export type ListingPage = { entries: ListingEntry[]; isTruncated: boolean };

/**
 * Lists one page. A common prefix costs one step, however many keys it has.
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
      // A million keys may have this prefix, so start a new read after them.
      from = successor(commonPrefix);
      break;
    }
  }
  return { entries, isTruncated: false };
}

/** The first key after all keys that start with this text, in UTF-8 order. Undefined if no such key exists. */
export function successor(text: string): string | undefined {
  const points = Array.from(text, (character) => character.codePointAt(0) as number);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // UTF-8 has no surrogates, so U+E000 follows U+D7FF.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

export function nextKey(key: string): string {
  return `${key}\0`;
}

/** The common prefix that groups a key. Undefined if the key is its own entry. */
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
