import { ValetKeyError } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import type { StartUploadBody } from "../wire.ts";
import { unreadable } from "./transports.ts";
import type { UploadContext } from "./upload-context.ts";

/** The metadata of a file. A File has a name and a type of its own. */
export type FileOptions = {
  /** Required for a Blob, which has no name. */
  filename?: string;
  /** Default: the file's own type, or application/octet-stream. */
  contentType?: string;
  /** SHA-256 in base64. The bucket and the service verify the file against it. */
  sha256?: string;
};

/**
 * The client hashes files up to this size. Bytes.
 *
 * WebCrypto needs the whole file in memory. The service would also have to read a larger file again to verify the hash.
 */
const MAX_HASHED_BYTES = 16 * 2 ** 20;

type Described = { body: StartUploadBody; lastModified: number };

/** Describes a file for the service. Throws `invalid_option` for a file without a name. */
export function describeFile(file: FileSource, options: FileOptions): Described {
  const { name, lastModified = 0 } = file;
  const filename = options.filename ?? name;
  if (filename === undefined) {
    throw new ValetKeyError("invalid_option", "A Blob has no name. Pass a filename or a File to upload().");
  }
  const contentType = options.contentType ?? (file.type || "application/octet-stream");
  const { sha256 } = options;
  return {
    body: { filename, sizeBytes: file.size, contentType, ...(sha256 === undefined ? {} : { sha256 }) },
    lastModified,
  };
}

/** Hashes a small file with SHA-256. Undefined for larger files and without WebCrypto. Throws `file_unreadable`. */
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
