import { ValetKeyError } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import type { StartUploadBody } from "../wire.ts";

/** The metadata of a file. A File has a name and a type already. */
export type FileOptions = {
  /** Required for a Blob, which has no name. */
  filename?: string;
  /** Default: the file's own type, or application/octet-stream. */
  contentType?: string;
  /** SHA-256 in base64. The bucket and the service verify the file against it. */
  sha256?: string;
};

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
