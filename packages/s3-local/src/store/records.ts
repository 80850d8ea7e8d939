/** The checksum algorithms of Amazon S3 that objects can carry besides their MD5. */
export type ChecksumAlgorithm = "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256";

/** A checksum of an object or a part: base64, of all its bytes or, for `COMPOSITE`, of its parts' checksums. */
export type Checksum = { algorithm: ChecksumAlgorithm; value: string; type: "FULL_OBJECT" | "COMPOSITE" };

/** What is kept of an object besides its bytes. `headers` are the standard ones by lowercase name, `metadata` the `x-amz-meta-` ones without prefix. */
export type Description = { headers: Record<string, string>; metadata: Record<string, string> };

/** A stored object. `etag` has its quotes, `lastModified` is in milliseconds since 1970. */
export type ObjectRecord = Description & {
  key: string;
  contentId: string;
  sizeBytes: number;
  etag: string;
  lastModified: number;
  checksums: Checksum[];
};

/** A run of bytes of some content: it starts at `start` and lies in a blob from `blobOffset` on. */
export type Segment = { start: number; blob: string; blobOffset: number; length: number };

/** Received bytes that are safe on disk but that no row names yet; `blob` is missing when there are none. */
export type StagedContent = { blob?: string; sizeBytes: number; md5: Buffer; checksums: Checksum[] };
