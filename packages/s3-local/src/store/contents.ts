import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Checksum, Segment, WrittenBody } from "./database.ts";

/** The bytes of a part in its content, from `from` (inclusive) to `to` (exclusive), with the checksums of the part. */
type ContentPart = { from: number; to: number; checksums: Checksum[] };

export type Contents = ReturnType<typeof createContents>;

/**
 * Makes the queries for the contents of objects and parts. A content is a list of segments. A segment is a range of a blob. A blob exists
 * as long as a segment refers to it.
 *
 * So the bucket can copy an object or complete a multipart upload without moving bytes. Call writing functions only inside `Write`.
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
  const addPart = database.prepare(
    "INSERT INTO content_parts (content_id, part_number, start, size_bytes, checksums) VALUES (?, ?, ?, ?, ?)",
  );
  const selectPart = database.prepare(
    "SELECT start, size_bytes, checksums FROM content_parts WHERE content_id = ? AND part_number = ?",
  );
  const countParts = database.prepare("SELECT count(*) AS count FROM content_parts WHERE content_id = ?");
  const dropParts = database.prepare("DELETE FROM content_parts WHERE content_id = ?");
  const addCompletion = database.prepare("INSERT INTO completions (content_id, upload_id) VALUES (?, ?)");
  const selectCompletion = database.prepare("SELECT 1 FROM completions WHERE content_id = ? AND upload_id = ?");
  const dropCompletion = database.prepare("DELETE FROM completions WHERE content_id = ?");
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
    /** Returns the segments with the bytes from `from` to `to` (exclusive). The first and the last segment may have more bytes. */
    segments,
    hasBlob: (name: string): boolean => findBlob.get(name) !== undefined,
    add({ blob, sizeBytes }: WrittenBody): string {
      const contentId = randomUUID();
      if (blob === undefined) return contentId;
      holdBlob.run(blob);
      addSegment.run(contentId, 0, blob, 0, sizeBytes);
      return contentId;
    },
    /** Makes a second content from a range (`to` is exclusive), without copying bytes. */
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
    /** Joins contents into a new content, as its parts. The joined contents no longer exist on their own. */
    join(parts: readonly { contentId: string; sizeBytes: number; checksums: Checksum[] }[]): string {
      const joinedId = randomUUID();
      let start = 0;
      for (const [index, { contentId, sizeBytes, checksums }] of parts.entries()) {
        moveSegments.run(joinedId, start, contentId);
        addPart.run(joinedId, index + 1, start, sizeBytes, JSON.stringify(checksums));
        start += sizeBytes;
      }
      return joinedId;
    },
    /** Records the multipart upload that made a content, until the content is deleted. */
    recordCompletion(contentId: string, uploadId: string): void {
      addCompletion.run(contentId, uploadId);
    },
    isMadeBy: (contentId: string, uploadId: string): boolean => selectCompletion.get(contentId, uploadId) !== undefined,
    /** Returns the number of parts of a joined content, or 0 for a content that is not joined. */
    partCount: (contentId: string): number => countParts.get(contentId)?.count as number,
    /** Returns the nth part of a content, counted from 1. The part may have had another number in the multipart upload. */
    part(contentId: string, partNumber: number): ContentPart | undefined {
      const row = selectPart.get(contentId, partNumber);
      if (row === undefined) return undefined;
      const from = row.start as number;
      return { from, to: from + (row.size_bytes as number), checksums: JSON.parse(row.checksums as string) };
    },
    /** Deletes a content. The next `takeFreed` returns the blobs to which no segment refers any more. */
    drop(contentId: string): void {
      const dropped = segments(contentId);
      dropSegments.run(contentId);
      dropParts.run(contentId);
      dropCompletion.run(contentId);
      for (const { blob } of dropped) {
        if (releaseBlob.get(blob)?.segments !== 0) continue;
        forgetBlob.run(blob);
        freed.push(blob);
      }
    },
    freedCount: (): number => freed.length,
    /** Keeps the first `count` freed blobs, and forgets all later ones. Call `keepFreed` after a rollback. */
    keepFreed(count: number): void {
      freed.length = count;
    },
    takeFreed(): string[] {
      const taken = freed;
      freed = [];
      return taken;
    },
  };
}
