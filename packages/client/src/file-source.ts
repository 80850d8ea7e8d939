/**
 * A file that can be read in pieces: a File or Blob of a page, or the result of `openFile` of `@valetkey/client/node`.
 *
 * The client uses only this part of a Blob, so it can also upload files that are too large for a Blob.
 */
export type FileSource = {
  /** The size in bytes. */
  readonly size: number;
  readonly name?: string;
  /** The content type, or "" if the type is unknown. */
  readonly type?: string;
  /** The time of the last change, in milliseconds since 1970. */
  readonly lastModified?: number;
  /** Returns the bytes from `start` (included) to `end` (excluded). `end` may exceed the size of the file. */
  slice(start: number, end: number): FileSource;
  /** Rejects when the bytes cannot be read, or when the file has changed. */
  arrayBuffer(): Promise<ArrayBuffer>;
};
