import type { Checksum } from "../domain/attachment.ts";
import { START_BYTES } from "../domain/content.ts";
import type { Upload } from "../domain/upload.ts";
import { contradictionIn } from "./check-content.ts";
import type { Bucket, StoredObject } from "./ports.ts";

export type Verdict = { ok: true; checksum: Checksum | undefined } | { ok: false; reason: string };

/** Compares a stored object with what its upload declared: size, type, what its first bytes say it is, and SHA-256. */
export async function verifyObject(
  bucket: Bucket,
  { upload, stored }: { upload: Upload; stored: StoredObject },
): Promise<Verdict> {
  if (stored.sizeBytes !== upload.sizeBytes) {
    return differs(`${stored.sizeBytes} bytes were stored where ${upload.sizeBytes} were declared`);
  }
  if (stored.contentType !== upload.contentType) {
    return differs(`it was stored as ${stored.contentType} where ${upload.contentType} was declared`);
  }
  const reason = await contradictionIn(upload, await bucket.readStart(upload.objectKey, START_BYTES));
  if (reason !== undefined) return { ok: false, reason };
  const declared = upload.declaredChecksum;
  if (declared === undefined) return { ok: true, checksum: stored.checksum };
  // A bucket that keeps no SHA-256 of the whole proves nothing: read the bytes.
  const actual = stored.checksum ?? (await bucket.computeChecksum(upload.objectKey));
  return actual.value === declared.value ? { ok: true, checksum: actual } : differs("its SHA-256 differs");
}

function differs(how: string): Verdict {
  return { ok: false, reason: `The file is not what was declared: ${how}. It was not kept.` };
}
