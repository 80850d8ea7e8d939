import { Readable } from "node:stream";

/**
 * Reads chunks as a stream that requests the next chunk only when a reader waits for it. Many forms can wait at the same
 * time, so each of them should buffer little.
 */
export function streamOf(chunks: AsyncIterable<Buffer>): Readable {
  return Readable.from(chunks, { objectMode: false, highWaterMark: 0 });
}
