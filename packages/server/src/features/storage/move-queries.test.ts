import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { keyRangesOf, objectKeyAt, placeOfKey } from "../../platform/bucket/numbered.ts";
import { engines } from "../../testing/database/test-databases.ts";
import { isInRange } from "./move-queries.ts";
import { objectDeletionQueries } from "./queries.ts";

const NUMBERS = [1, 2, 9, 10, 12, 100, 123, 999, 1000, 9999];

/** Generates keys of objects. Many of the keys look almost like the mark of a bucket, such as `bucket:2/`. */
const anyKey = fc.oneof(
  fc.constantFrom("a", "bucket", "bucket:", "bucket::", "bucket;", "bucket:foo.txt", "bucket:12345/x", "bucket:0/z"),
  fc
    .tuple(fc.constantFrom("bucket:", "bucket", "bucket;", ""), fc.string({ unit: fc.constantFrom(..."019/:;.aä") }))
    .map(([start, rest]) => `${start}${rest}`)
    .filter((key) => key !== ""),
);

describe.each(engines)("the ranges of object keys on $name", ({ open }) => {
  it("each object key is in exactly one key range, the range of its bucket", async () => {
    const { db, close } = await open();
    onTestFinished(close);
    const places = fc.record({ number: fc.constantFrom(...NUMBERS), key: anyKey });
    const objectKeys = [...new Set(fc.sample(places, 3_000).map(objectKeyAt))];
    await objectDeletionQueries(db).put(...objectKeys.map((objectKey) => ({ objectKey, notBefore: 0 })));
    const found: { objectKey: string; number: number }[] = [];
    for (const number of NUMBERS) {
      for (const range of keyRangesOf(number)) {
        const keys = db.kysely.selectFrom("object_deletions").select("object_key");
        const rows = await keys.where(isInRange("object_key", range)).execute();
        found.push(...rows.map((row) => ({ objectKey: row.object_key, number })));
      }
    }
    const expected = objectKeys.map((objectKey) => ({ objectKey, number: placeOfKey(objectKey).number }));
    const inOrder = (list: typeof found) => list.toSorted((one, two) => (one.objectKey < two.objectKey ? -1 : 1));
    expect(inOrder(found)).toEqual(inOrder(expected));
  });
});
