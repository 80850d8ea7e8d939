import { unreadable } from "./send-bytes.ts";
import type { UploadContext } from "./upload-context.ts";

/**
 * The client hashes only files up to this size. Bytes.
 *
 * To hash a file, WebCrypto needs the whole file in memory. To verify the hash of a larger file, the service also has to read the file.
 */
const MAX_HASHED_BYTES = 16 * 2 ** 20;

/** Returns the SHA-256 of a small file. Returns undefined for a larger file, and if there is no WebCrypto. Throws `file_unreadable`. */
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
