import type { Readable } from "node:stream";

/** The result of a virus scan. `too_large`: the file is too large for the scanner, which did not read the whole file. */
export type ScanVerdict = { kind: "clean" } | { kind: "infected"; signature: string } | { kind: "too_large" };

/** A virus scanner. Calls reject with `scanner_unavailable` if the scanner is down, stops responding, or returns no result. */
export type Scanner = {
  /**
   * Scans the bytes of a stream, and reads the stream only as fast as the scanner accepts the bytes. Destroys the stream afterwards. If the
   * stream fails, rejects with its error.
   */
  scan(body: Readable, options?: { signal?: AbortSignal | undefined }): Promise<ScanVerdict>;
  /** Resolves when the scanner responds. */
  probe(): Promise<void>;
};
