import { ValetKeyError } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import type { Platform } from "../platform.ts";
import type { StartUploadBody } from "../wire.ts";
import type { Progress } from "./progress.ts";
import { unreadable } from "./send.ts";

/** What is said of a file besides its bytes; a File brings name and type itself. */
export type FileOptions = {
  /** Needed for a Blob, which has no name. */
  filename?: string;
  /** Default: the file's own type, or application/octet-stream. */
  contentType?: string;
  /** SHA-256 in base64, when it is known: bucket and service hold the file to it. */
  sha256?: string;
};

/**
 * Up to here the SHA-256 of a file is computed and declared. WebCrypto does it off the main thread, but only of bytes that are in memory
 * all at once, so a larger file would cost its size in memory; and the service would have to read it once more in order to check. Bytes.
 */
const HASHED_UP_TO_BYTES = 16 * 2 ** 20;

type Described = { body: StartUploadBody; lastModified: number };

/** Throws `invalid_option` for a file without a name. */
export function describeFile(file: FileSource, options: FileOptions): Described {
  const { name, lastModified = 0 } = file;
  const filename = options.filename ?? name;
  if (filename === undefined) {
    throw new ValetKeyError("invalid_option", "A Blob has no name: give upload() a filename, or a File.");
  }
  const contentType = options.contentType ?? (file.type || "application/octet-stream");
  const { sha256 } = options;
  return {
    body: { filename, sizeBytes: file.size, contentType, ...(sha256 === undefined ? {} : { sha256 }) },
    lastModified,
  };
}

/** SHA-256 of a small file; undefined where it is not worth it or can't be had. Throws `file_unreadable`. */
export async function hashFile(
  { platform, progress }: { platform: Platform; progress: Progress },
  file: FileSource,
): Promise<string | undefined> {
  const { sha256 } = platform;
  if (sha256 === undefined || file.size > HASHED_UP_TO_BYTES) return undefined;
  progress.enter("hashing");
  let bytes: ArrayBuffer;
  try {
    bytes = await file.arrayBuffer();
  } catch (cause) {
    throw unreadable(cause);
  }
  return sha256(bytes);
}
