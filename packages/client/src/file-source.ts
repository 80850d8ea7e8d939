/**
 * Bytes that can be read a piece at a time: a File or Blob of a page, or what `openFile` of `@valetkey/client/node` answers.
 * Nothing else of a Blob is used, so that a file too large for one can be uploaded too.
 */
export type FileSource = {
  /** Bytes. */
  readonly size: number;
  readonly name?: string;
  /** Content type; "" when it is not known. */
  readonly type?: string;
  /** Milliseconds since 1970. */
  readonly lastModified?: number;
  /** From `start` up to `end`, which may lie past the end of the file. */
  slice(start: number, end: number): FileSource;
  /** Rejects when the bytes can't be read, and when they are not those of before. */
  arrayBuffer(): Promise<ArrayBuffer>;
};
