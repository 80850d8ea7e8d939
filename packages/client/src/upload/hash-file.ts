import { unreadable } from "./send-bytes.ts";
import type { UploadContext } from "./upload-context.ts";

/**
 * The client hashes files up to this size. Bytes.
 *
 * WebCrypto needs the whole file in memory. The service also has to read a larger file again to verify its hash.
 */
const MAX_HASHED_BYTES = 16 * 2 ** 20;

/** Hashes a small file with SHA-256. Returns undefined for a larger file, and without WebCrypto. Throws `file_unreadable`. */
export async function hashFile({ platform, progress, file }: UploadContext): Promise<string | undefined> {
  const { sha256 } = platform;
  if (sha256 === undefined || file.size > MAX_HASHED_BYTES) return undefined;
  progress.enter("hashing");
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch (cause) {
    throw unreadable(cause);
  }
  return sha256(bytes);
}
