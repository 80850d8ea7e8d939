import type { Bucket, StoredObject } from "../../platform/bucket/port.ts";
import { START_BYTES } from "./content/content-contradictions.ts";

/** The metadata of an object. `start`: its first bytes. Undefined if the object changed during the inspection. */
export type InspectedObject = StoredObject & { start: Uint8Array | undefined };

/**
 * Reads the metadata and the first bytes of an object at the same time, because each request to a distant bucket takes long. Returns
 * undefined if the object is missing.
 */
export async function inspect(bucket: Bucket, objectKey: string): Promise<InspectedObject | undefined> {
  const readStart = () => bucket.readStart(objectKey, { length: START_BYTES });
  const [stored, early] = await Promise.all([bucket.head(objectKey), readStart()]);
  if (stored === undefined) return undefined;
  const { etag, sizeBytes } = stored;
  if (early === undefined && sizeBytes === 0) return { ...stored, start: new Uint8Array() };
  // The object may have arrived after the bucket answered the first read, so the service reads it again.
  const read = early?.etag === etag ? early : await readStart();
  return { ...stored, start: read?.etag === etag ? read.bytes : undefined };
}
