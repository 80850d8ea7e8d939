/** The checksum algorithms of Amazon S3, besides MD5. */
export type ChecksumAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";

/** A checksum of an object or a part in base64. A `COMPOSITE` checksum is the checksum of the checksums of the parts. */
export type Checksum = { algorithm: ChecksumAlgorithm; value: string; type: "FULL_OBJECT" | "COMPOSITE" };

/**
 * The stored headers of an object. Each key is a header name in lower case. `metadata` are the `x-amz-meta-` headers without their
 * prefix.
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

/** A range of the content of an object or a part (contents.ts). It starts at `start` in the content and at `blobOffset` in the blob. */
export type Segment = { start: number; blob: string; blobOffset: number; length: number };

/** A body that is durable on disk, but that no row refers to yet. An empty body has no blob. */
export type WrittenBody = { blob?: string; sizeBytes: number; md5: Buffer; checksums: Checksum[] };
