import type { DatabaseSync } from "node:sqlite";
import { S3Error } from "../errors.ts";
import type { Contents } from "./contents.ts";
import type { ObjectRecord } from "./records.ts";

/** The conditions that the current object of a key must satisfy. The values are those of the `If-Match` and `If-None-Match` headers. */
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
    /** Returns the object. Throws NoSuchKey. */
    get(bucket: string, key: string): ObjectRecord {
      const object = find(bucket, key);
      if (object !== undefined) return object;
      throw new S3Error("NoSuchKey", "The specified key does not exist.", { details: { Key: key } });
    },
    /**
     * Yields the object with the key `from` and all objects after it, in the order of the UTF-8 bytes of their keys. Read all objects that
     * you need before you run another query.
     */
    *from(bucket: string, from: string): Generator<ObjectRecord> {
      for (const row of selectFrom.iterate(bucket, from)) yield toObject(row);
    },
    /** Stores an object and deletes the old object with the same key. Throws if a condition is false. */
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

/** Throws PreconditionFailed if the current object does not satisfy a condition. Throws NoSuchKey for `If-Match` if there is no object. */
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

/** Returns whether `list` contains this entity tag or is `*`. Entity tags without quotes match too. */
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
