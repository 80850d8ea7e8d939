import type { Readable } from "node:stream";

/** The result of a virus scan. too_large: the scanner did not read the whole file. */
export type ScanVerdict = { kind: "clean" } | { kind: "infected"; signature: string } | { kind: "too_large" };

/** A virus scanner. Calls reject with `scanner_unavailable` when it is down, stalls, or returns no verdict. */
export type Scanner = {
  /** Reads the stream as fast as the scanner accepts it, then destroys it. Rejects with the stream's own error if the stream fails. */
  scan(body: Readable, options?: { signal?: AbortSignal | undefined }): Promise<ScanVerdict>;
  /** Resolves when the scanner responds. */
  probe(): Promise<void>;
};
