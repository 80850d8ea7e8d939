/** The checksum algorithms of Amazon S3, except MD5. */
export type ChecksumAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";

/** A checksum of an object or a part in base64. A `COMPOSITE` checksum is the checksum of the checksums of the parts. */
export type Checksum = { algorithm: ChecksumAlgorithm; value: string; type: "FULL_OBJECT" | "COMPOSITE" };

/**
 * The headers that the bucket stores with an object. The keys of `headers` are lowercase header names. `metadata` has the `x-amz-meta-*`
 * headers, without `x-amz-meta-` in their names.
 */
export type ObjectHeaders = { headers: Record<string, string>; metadata: Record<string, string> };

/** A stored object. `etag` includes its quotes. `lastModified` is in milliseconds since 1970. */
export type ObjectRecord = ObjectHeaders & {
  key: string;
  contentId: string;
  sizeBytes: number;
  etag: string;
  lastModified: number;
  checksums: Checksum[];
};

/** A part of a content (contents.ts) that is in one blob. The segment starts at `start` in the content and at `blobOffset` in the blob. */
export type Segment = { start: number; blob: string; blobOffset: number; length: number };

/** A body that is durable on the disk, but that no row refers to yet. `blob` is absent if the body is empty. */
export type WrittenBody = { blob?: string; sizeBytes: number; md5: Buffer; checksums: Checksum[] };
