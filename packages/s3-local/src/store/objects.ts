import type { DatabaseSync } from "node:sqlite";
import { S3Error } from "../errors.ts";
import type { Contents } from "./contents.ts";
import type { ObjectRecord } from "./database.ts";

/** The values of the headers `If-Match` and `If-None-Match`, which the current object of a key must satisfy. */
export type WriteConditions = { ifMatch?: string; ifNoneMatch?: string };

/** Makes the queries for objects. Call `put` and `remove` only inside a change of `Write` (group-commit.ts). */
export function createObjects(database: DatabaseSync, contents: Contents) {
  const columns = "key, content_id, size_bytes, etag, last_modified, headers, metadata, checksums";
  const select = database.prepare(`SELECT ${columns} FROM objects WHERE bucket = ? AND key = ?`);
  const selectFrom = database.prepare(`SELECT ${columns} FROM objects WHERE bucket = ? AND key >= ? ORDER BY key`);
  const upsert = database.prepare(
    `INSERT OR REPLACE INTO objects (bucket, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = database.prepare("DELETE FROM objects WHERE bucket = ? AND key = ?");

  function find(bucket: string, key: string): ObjectRecord | undefined {
    const row = select.get(bucket, key);
    return row && toObject(row);
  }

  return {
    find,
    /** Throws NoSuchKey if the object does not exist. */
    get(bucket: string, key: string): ObjectRecord {
      const object = find(bucket, key);
      if (object !== undefined) return object;
      throw new S3Error("NoSuchKey", "The specified key does not exist.", { details: { Key: key } });
    },
    /** Yields the object `from` and all later objects, in the order of their keys in UTF-8. Read all objects before another query. */
    *from(bucket: string, from: string): Generator<ObjectRecord> {
      for (const row of selectFrom.iterate(bucket, from)) yield toObject(row);
    },
    /** Stores an object, and deletes the old object of the key. Throws if a condition is false. */
    put(bucket: string, object: ObjectRecord, conditions: WriteConditions = {}): void {
      const before = find(bucket, object.key);
      checkConditions(before, conditions);
      if (before !== undefined) contents.drop(before.contentId);
      const { key, contentId, sizeBytes, etag, lastModified, headers, metadata, checksums } = object;
      const described = [headers, metadata, checksums].map((value) => JSON.stringify(value));
      upsert.run(bucket, key, contentId, sizeBytes, etag, lastModified, ...described);
    },
    remove(bucket: string, key: string): void {
      const before = find(bucket, key);
      if (before === undefined) return;
      contents.drop(before.contentId);
      remove.run(bucket, key);
    },
  };
}

/** Throws PreconditionFailed if a condition fails, and NoSuchKey for `If-Match` without an object. */
export function checkConditions(object: ObjectRecord | undefined, { ifMatch, ifNoneMatch }: WriteConditions): void {
  if (ifMatch !== undefined) {
    if (object === undefined) throw new S3Error("NoSuchKey", "The specified key does not exist.");
    if (!matchesEtag(ifMatch, object.etag)) throw preconditionFailed("If-Match");
  }
  if (ifNoneMatch !== undefined && object !== undefined && matchesEtag(ifNoneMatch, object.etag)) {
    throw preconditionFailed("If-None-Match");
  }
}

export function preconditionFailed(condition: string): S3Error {
  return new S3Error("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    details: { Condition: condition },
  });
}

/** Returns whether `list` is `*` or contains the entity tag, with or without quotes. */
export function matchesEtag(list: string, etag: string): boolean {
  return list.split(",").some((item) => {
    const tag = item.trim().replace(/^W\//, "");
    return tag === "*" || tag === etag || `"${tag}"` === etag;
  });
}

function toObject(row: Record<string, unknown>): ObjectRecord {
  return {
    key: row.key as string,
    contentId: row.content_id as string,
    sizeBytes: row.size_bytes as number,
    etag: row.etag as string,
    lastModified: row.last_modified as number,
    headers: JSON.parse(row.headers as string),
    metadata: JSON.parse(row.metadata as string),
    checksums: JSON.parse(row.checksums as string),
  };
}

export type ListingEntry = { object: ObjectRecord } | { commonPrefix: string };

/** Selects keys that start with `prefix`, from the key `from` on. `delimiter`: the text up to which the list groups keys. */
type ListingQuery = { prefix: string; delimiter: string; from: string; limit: number };

type ListingPage = { entries: ListingEntry[]; isTruncated: boolean };

/**
 * Lists one page of keys. A common prefix costs only one step, however many keys it has.
 *
 * Source: Amazon S3 API, ListObjectsV2.
 */
export function listPage(query: ListingQuery, read: (from: string) => Iterable<ObjectRecord>): ListingPage {
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
      // Many keys may have this prefix, so the loop skips them with a new read.
      from = successor(commonPrefix);
      break;
    }
  }
  return { entries, isTruncated: false };
}

/** Returns the first possible key after all keys that start with a text, in UTF-8 order. Returns undefined if no key can follow. */
export function successor(text: string): string | undefined {
  const points = Array.from(text, (character) => character.codePointAt(0) as number);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // UTF-8 cannot encode the surrogates U+D800 to U+DFFF, so U+E000 follows U+D7FF.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}

export function nextKey(key: string): string {
  return `${key}\0`;
}

/** Returns the common prefix that contains a key in the list. Returns undefined if the key has its own entry. */
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
