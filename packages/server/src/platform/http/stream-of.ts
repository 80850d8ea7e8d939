import { Readable } from "node:stream";

/**
 * Converts chunks to a stream that takes the next chunk only when a reader waits for it. Many form uploads can wait at the same time, so
 * each stream should buffer little.
 */
export function streamOf(chunks: AsyncIterable<Buffer>): Readable {
  return Readable.from(chunks, { objectMode: false, highWaterMark: 0 });
}
