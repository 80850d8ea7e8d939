import { ValetKeyError } from "../errors.ts";
import { type FileSource, unreadable } from "../send-bytes.ts";
import type { Preview, StartUploadBody } from "../wire.ts";
import type { UploadProgress } from "./progress.ts";
import type { UploadContext } from "./upload-context.ts";

const DEFAULT_PARALLEL = 4;
const MAX_PARALLEL = 16;
const DEFAULT_GIVE_UP_SECONDS = 600;

export type UploadOptions = FileOptions & {
  /** Called at most ten times a second with the progress of the upload, and at every change of its state. Default: none. */
  onProgress?: (progress: UploadProgress) => void;
  /** Called for each preview of the file that the service has stored, possibly after the end of the upload. Default: none. */
  onPreview?: (preview: Preview, attachmentId: string) => void;
  /** Aborts the upload, as `abort()` does. Default: none. */
  signal?: AbortSignal;
  /**
   * The upload starts after this promise is fulfilled. To keep the order of files that a user drops together, pass `queued` of the previous
   * file. Default: the upload starts immediately.
   */
  startsAfter?: Promise<unknown>;
  /** The number of parts of a large file that the client sends in parallel. Range: 1 to 16. Default: 4. */
  parallel?: number;
  /**
   * The upload fails if no request succeeds for this time. Time without a connection does not count. A failed upload can resume later.
   * Range: from 0. Default: 600.
   */
  giveUpAfterSeconds?: number;
};

/** Returns the limits from the options, or their defaults. Throws `invalid_option`. */
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

/** The metadata of a file. All members are optional, because a `File` has a name and a type. */
type FileOptions = {
  /** The name that people see. Required for a `Blob`, which has no name. Default: the name of the `File`. */
  filename?: string;
  /** The content type. Default: the `type` of the file, or application/octet-stream if the file has no type. */
  contentType?: string;
  /** The folder of the file, such as "photos/2024/". For a file in a chosen folder, use `pathOf`. Default: no folder. */
  path?: string | undefined;
  /**
   * The SHA-256 of the file in base64, with which the bucket and the service verify the file. Default: the client hashes files of at most
   * 16 MiB.
   */
  sha256?: string;
};

type Described = { body: StartUploadBody; lastModified: number };

/** Returns the metadata for the service. Throws `invalid_option` if the file has no name. */
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
 * The maximum size of a file that the client hashes, in bytes.
 *
 * WebCrypto can hash a file only if the whole file is in memory. The service would also have to read each larger file with a declared hash.
 */
const MAX_HASHED_BYTES = 16 * 2 ** 20;

/**
 * Returns the SHA-256 of a small file. Returns undefined for a larger file, and on a platform without WebCrypto. Throws `file_unreadable`.
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
