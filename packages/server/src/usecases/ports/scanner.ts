import type { Readable } from "node:stream";

/** What a virus scanner says of a file. too_large: it did not look at all of it. */
export type ScanVerdict = { kind: "clean" } | { kind: "infected"; signature: string } | { kind: "too_large" };

/** A virus scanner. Calls reject with `scanner_unavailable` when it is down, stalls, or does not come to a verdict. */
export type Scanner = {
  /** Reads the stream as fast as the scanner takes it, and destroys it; rejects with the stream's own error when that fails. */
  scan(body: Readable, options?: { signal?: AbortSignal | undefined }): Promise<ScanVerdict>;
  /** Resolves when it answered. */
  probe(): Promise<void>;
};
