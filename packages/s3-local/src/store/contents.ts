import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Segment, StagedContent } from "./records.ts";

export type Contents = ReturnType<typeof createContents>;

/**
 * The byte strings behind objects and parts: each is a list of segments of blobs, and a blob lives while a segment names it.
 *
 * So a copy and a completed multipart upload move no bytes. All but `segments` and `hasBlob` run inside a change.
 */
export function createContents(database: DatabaseSync) {
  const addSegment = database.prepare(
    "INSERT INTO segments (content_id, start, blob, blob_offset, length) VALUES (?, ?, ?, ?, ?)",
  );
  const selectSegments = database.prepare(
    `SELECT start, blob, blob_offset AS blobOffset, length FROM segments
     WHERE content_id = ? AND start < ? AND start + length > ? ORDER BY start`,
  );
  const moveSegments = database.prepare("UPDATE segments SET content_id = ?, start = start + ? WHERE content_id = ?");
  const dropSegments = database.prepare("DELETE FROM segments WHERE content_id = ?");
  const holdBlob = database.prepare(
    "INSERT INTO blobs (name, segments) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET segments = segments + 1",
  );
  const releaseBlob = database.prepare("UPDATE blobs SET segments = segments - 1 WHERE name = ? RETURNING segments");
  const forgetBlob = database.prepare("DELETE FROM blobs WHERE name = ?");
  const findBlob = database.prepare("SELECT 1 FROM blobs WHERE name = ?");
  let freed: string[] = [];

  function segments(contentId: string, range = { from: 0, to: Number.MAX_SAFE_INTEGER }): Segment[] {
    return selectSegments.all(contentId, range.to, range.from) as unknown as Segment[];
  }

  return {
    /** The segments that hold the bytes `from` (included) to `to` (excluded), in order; the first and last may reach further. */
    segments,
    hasBlob: (name: string): boolean => findBlob.get(name) !== undefined,
    /** Makes received bytes a content, and returns its id. */
    add({ blob, sizeBytes }: StagedContent): string {
      const contentId = randomUUID();
      if (blob === undefined) return contentId;
      holdBlob.run(blob);
      addSegment.run(contentId, 0, blob, 0, sizeBytes);
      return contentId;
    },
    /** Makes a second content of the same bytes, or of those from `from` (included) to `to` (excluded), without copying them. */
    duplicate(contentId: string, range = { from: 0, to: Number.MAX_SAFE_INTEGER }): string {
      const copyId = randomUUID();
      const found = range.to > range.from ? segments(contentId, range) : [];
      for (const { start, blob, blobOffset, length } of found) {
        const skipped = Math.max(0, range.from - start);
        const kept = Math.min(length, range.to - start) - skipped;
        holdBlob.run(blob);
        addSegment.run(copyId, start + skipped - range.from, blob, blobOffset + skipped, kept);
      }
      return copyId;
    },
    /** Makes one content of several, in order; they are gone afterwards. */
    join(parts: readonly { contentId: string; sizeBytes: number }[]): string {
      const joinedId = randomUUID();
      let start = 0;
      for (const part of parts) {
        moveSegments.run(joinedId, start, part.contentId);
        start += part.sizeBytes;
      }
      return joinedId;
    },
    /** Removes a content; blobs that nothing names any more are in the next `takeFreed`. */
    drop(contentId: string): void {
      const dropped = segments(contentId);
      dropSegments.run(contentId);
      for (const { blob } of dropped) {
        if (releaseBlob.get(blob)?.segments !== 0) continue;
        forgetBlob.run(blob);
        freed.push(blob);
      }
    },
    freedCount: (): number => freed.length,
    /** Forgets blobs freed by a change that was undone. */
    keepFreed(count: number): void {
      freed.length = count;
    },
    /** The blobs freed since the last call. */
    takeFreed(): string[] {
      const taken = freed;
      freed = [];
      return taken;
    },
  };
}
