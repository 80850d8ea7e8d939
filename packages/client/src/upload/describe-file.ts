import { ValetKeyError } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import type { StartUploadBody } from "../wire.ts";

/** The metadata of a file. A `File` already has a name and a type, so every member is optional. */
export type FileOptions = {
  /** Required for a `Blob`, because a `Blob` has no name. */
  filename?: string;
  /** Default: the `type` of the file, or application/octet-stream if it has none. */
  contentType?: string;
  /** The SHA-256 of the file in base64. The bucket and the service verify the file against this value. */
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
  const { sha256 } = options;
  return {
    body: { filename, sizeBytes: file.size, contentType, ...(sha256 === undefined ? {} : { sha256 }) },
    lastModified,
  };
}
