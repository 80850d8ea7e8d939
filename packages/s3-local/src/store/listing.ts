import type { ObjectRecord } from "./records.ts";

export type ListingEntry = { object: ObjectRecord } | { commonPrefix: string };

/** Selects the keys that start with `prefix` and are not before the key `from`. Keys are grouped up to the first `delimiter`. */
export type ListingQuery = { prefix: string; delimiter: string; from: string; limit: number };

export type ReadObjects = (from: string) => Iterable<ObjectRecord>;

export type ListingPage = { entries: ListingEntry[]; isTruncated: boolean };

/**
 * Lists one page. A common prefix costs only one step, even if many keys have it.
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
      // Many keys may have this prefix, so the loop skips them and starts a new read after the last of them.
      from = successor(commonPrefix);
      break;
    }
  }
  return { entries, isTruncated: false };
}

/** Returns the first possible key after all keys that start with this text, in UTF-8 order. Returns undefined if there is no such key. */
export function successor(text: string): string | undefined {
  const points = Array.from(text, (character) => character.codePointAt(0) as number);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // The code points U+D800 to U+DFFF are surrogates, which UTF-8 cannot encode. In UTF-8 order, U+E000 follows U+D7FF.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

export function nextKey(key: string): string {
  return `${key}\0`;
}

/** Returns the common prefix under which a listing groups the key. Returns undefined if the key is an entry of its own. */
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
