import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { noSuchUpload } from "../errors.ts";
import type { Contents } from "./contents.ts";
import type { Checksum, ChecksumAlgorithm, ObjectHeaders } from "./database.ts";

/** A multipart upload in progress. `initiated`: in milliseconds since 1970. */
export type UploadRecord = ObjectHeaders & {
  uploadId: string;
  key: string;
  initiated: number;
  checksumAlgorithm?: ChecksumAlgorithm;
  checksumType?: Checksum["type"];
};

/** A stored part, with a number from 1 to 10,000. `etag`: with quotes. */
export type PartRecord = {
  partNumber: number;
  contentId: string;
  sizeBytes: number;
  etag: string;
  lastModified: number;
  checksums: Checksum[];
};

/** Makes the queries for multipart uploads and their parts. Call functions that change data only inside `Write`. */
export function createUploads(database: DatabaseSync, contents: Contents) {
  const columns = "upload_id, key, initiated, headers, metadata, checksum_algorithm, checksum_type";
  const select = database.prepare(`SELECT ${columns} FROM uploads WHERE bucket = ? AND key = ? AND upload_id = ?`);
  const selectAll = database.prepare(
    `SELECT ${columns} FROM uploads WHERE bucket = ? AND (key, upload_id) > (?, ?) ORDER BY key, upload_id`,
  );
  const insert = database.prepare(`INSERT INTO uploads (bucket, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const remove = database.prepare("DELETE FROM uploads WHERE bucket = ? AND key = ? AND upload_id = ?");
  const partColumns = "part_number, content_id, size_bytes, etag, last_modified, checksums";
  const selectPart = database.prepare(`SELECT ${partColumns} FROM parts WHERE upload_id = ? AND part_number = ?`);
  const selectParts = database.prepare(
    `SELECT ${partColumns} FROM parts WHERE upload_id = ? AND part_number > ? ORDER BY part_number LIMIT ?`,
  );
  const upsertPart = database.prepare(
    `INSERT OR REPLACE INTO parts (upload_id, ${partColumns}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const removeParts = database.prepare("DELETE FROM parts WHERE upload_id = ?");

  function parts(uploadId: string, after = 0, limit = -1): PartRecord[] {
    return selectParts.all(uploadId, after, limit).map(toPart);
  }

  return {
    /** Throws NoSuchUpload if the upload does not exist. */
    get(bucket: string, { key, uploadId }: { key: string; uploadId: string }): UploadRecord {
      const row = select.get(bucket, key, uploadId);
      if (row !== undefined) return toUpload(row);
      throw noSuchUpload(uploadId);
    },
    parts,
    *after(bucket: string, { key, uploadId }: { key: string; uploadId: string }): Generator<UploadRecord> {
      for (const row of selectAll.iterate(bucket, key, uploadId)) yield toUpload(row);
    },
    create(bucket: string, upload: Omit<UploadRecord, "uploadId">): UploadRecord {
      const { key, initiated, headers, metadata, checksumAlgorithm, checksumType } = upload;
      // Upload ids start with the time, so that a list shows the older uploads of a key first.
      const uploadId = initiated.toString(16).padStart(12, "0") + randomBytes(16).toString("hex");
      const described = [JSON.stringify(headers), JSON.stringify(metadata)] as const;
      insert.run(bucket, uploadId, key, initiated, ...described, checksumAlgorithm ?? null, checksumType ?? null);
      return { ...upload, uploadId };
    },
    putPart(uploadId: string, part: PartRecord): void {
      const before = selectPart.get(uploadId, part.partNumber);
      if (before !== undefined) contents.drop(before.content_id as string);
      const { partNumber, contentId, sizeBytes, etag, lastModified, checksums } = part;
      upsertPart.run(uploadId, partNumber, contentId, sizeBytes, etag, lastModified, JSON.stringify(checksums));
    },
    /** Deletes an upload with the contents of its parts, except contents that are in a completed object. */
    remove(bucket: string, { key, uploadId }: { key: string; uploadId: string }): void {
      for (const { contentId } of parts(uploadId)) contents.drop(contentId);
      removeParts.run(uploadId);
      remove.run(bucket, key, uploadId);
    },
  };
}

function toUpload(row: Record<string, unknown>): UploadRecord {
  const algorithm = row.checksum_algorithm as ChecksumAlgorithm | null;
  const type = row.checksum_type as Checksum["type"] | null;
  return {
    uploadId: row.upload_id as string,
    key: row.key as string,
    initiated: row.initiated as number,
    headers: JSON.parse(row.headers as string),
    metadata: JSON.parse(row.metadata as string),
    ...(algorithm !== null && { checksumAlgorithm: algorithm }),
    ...(type !== null && { checksumType: type }),
  };
}

function toPart(row: Record<string, unknown>): PartRecord {
  return {
    partNumber: row.part_number as number,
    contentId: row.content_id as string,
    sizeBytes: row.size_bytes as number,
    etag: row.etag as string,
    lastModified: row.last_modified as number,
    checksums: JSON.parse(row.checksums as string),
  };
}
