import { ValetKeyError } from "../errors.ts";
import { type FileSource, unreadable } from "../send-bytes.ts";
import type { Preview, StartUploadBody } from "../wire.ts";
import type { UploadProgress } from "./progress.ts";
import type { UploadContext } from "./upload-context.ts";

const DEFAULT_PARALLEL = 4;
const MAX_PARALLEL = 16;
const DEFAULT_GIVE_UP_SECONDS = 600;

export type UploadOptions = FileOptions & {
  /** The client calls `onProgress` at most ten times a second, and at every change of state. Default: none. */
  onProgress?: (progress: UploadProgress) => void;
  /**
   * The client calls `onPreview` for each preview of the file that the service has stored. The call may come after the end of the upload.
   * Default: none.
   */
  onPreview?: (preview: Preview, attachmentId: string) => void;
  /** The signal aborts the upload, as `abort()` does. Default: none. */
  signal?: AbortSignal;
  /**
   * The upload starts at the service after the promise is fulfilled. Pass `queued` of the file before, so that files that a user drops
   * together keep their order. Default: the upload starts at once.
   */
  startsAfter?: Promise<unknown>;
  /** The number of parts of a large file that the client sends in parallel. Range: 1 to 16. Default: 4. */
  parallel?: number;
  /**
   * The upload fails if no request succeeds for `giveUpAfterSeconds` while there is a connection. A failed upload can resume later.
   * Range: from 0. Default: 600.
   */
  giveUpAfterSeconds?: number;
};

/** Returns the limits in the options, or the default limits. The function `readLimits` throws `invalid_option`. */
export function readLimits({
  parallel = DEFAULT_PARALLEL,
  giveUpAfterSeconds = DEFAULT_GIVE_UP_SECONDS,
}: UploadOptions): { parallel: number; giveUpAfterSeconds: number } {
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > MAX_PARALLEL) {
    throw new ValetKeyError(
      "invalid_option",
      `parallel is ${parallel}. It must be a whole number from 1 to ${MAX_PARALLEL}.`,
    );
  }
  return { parallel, giveUpAfterSeconds };
}

/** The metadata of a file. A `File` already has a name and a type, so every member of the metadata is optional. */
type FileOptions = {
  /** The name that people see. A `Blob` has no name, so `filename` is required for a `Blob`. Default: the name of the `File`. */
  filename?: string;
  /** The media type. Default: the `type` of the file, or application/octet-stream if the file has no type. */
  contentType?: string;
  /** The folder of the file, such as "photos/2024/". The function `pathOf` returns it for a file of a chosen folder. Default: no folder. */
  path?: string | undefined;
  /** The SHA-256 of the file in base64. The bucket and the service verify the file against `sha256`. Default: the client hashes files of at most 16 MiB. */
  sha256?: string;
};

type Described = { body: StartUploadBody; lastModified: number };

/** Returns the metadata that the client sends to the service. Throws `invalid_option` if the file has no name. */
export function describeFile(file: FileSource, options: FileOptions): Described {
  const { name, lastModified = 0 } = file;
  const filename = options.filename ?? name;
  if (filename === undefined) {
    throw new ValetKeyError("invalid_option", "A Blob has no name. Pass a filename or a File to upload().");
  }
  const contentType = options.contentType ?? (file.type || "application/octet-stream");
  const { sha256, path } = options;
  const more = { ...(sha256 !== undefined && { sha256 }), ...(path !== undefined && { path }) };
  return { body: { filename, sizeBytes: file.size, contentType, ...more }, lastModified };
}

/**
 * The client hashes only files of at most 16 MiB.
 *
 * WebCrypto can hash a file only if the whole file is in memory. For a larger file with a declared hash, the service would also have to
 * read the file.
 */
const MAX_HASHED_BYTES = 16 * 2 ** 20;

/**
 * Returns the SHA-256 of a small file. Returns undefined for a larger file, and for a platform without WebCrypto. Throws `file_unreadable`.
 */
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
