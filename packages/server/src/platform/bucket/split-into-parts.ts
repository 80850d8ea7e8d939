import type { Readable } from "node:stream";
import { DomainError } from "../errors.ts";
import { freeBytes } from "./free-bytes.ts";
import type { FormBuffers, HeldBuffer } from "./part-buffers.ts";

/**
 * A part of a stream. All parts except the last have the size `partBytes`. The caller must release the buffer `held` when the bucket has
 * stored the part.
 */
export type Part = { bytes: Buffer; isLast: boolean; held: HeldBuffer | undefined };

type Options = { partBytes: number; maxBytes: number; buffers: FormBuffers };

/** A file of at most this size needs no shared buffer, so it never waits for slow forms. A stream buffers this many bytes anyway. */
const SMALL_BYTES = 65_536;

/**
 * Splits a stream into one or more parts. Reads no further than the current part.
 * Acquires a buffer when the first bytes of a part arrive, unless the whole file is small. Frees the memory of each chunk after the chunk
 * was copied to the buffer.
 * Rejects with `file_too_large` at the first byte above `maxBytes`, with `upload_aborted` if the stream fails, and with `service_busy` if
 * the stream is too slow while other forms wait. Destroys the stream at its end.
 */
export async function* splitIntoParts(body: Readable, { partBytes, maxBytes, buffers }: Options): AsyncGenerator<Part> {
  let total = 0;
  let filled = 0;
  let held: HeldBuffer | undefined;
  let small: Buffer | undefined;
  const takePart = (isLast: boolean): Part => {
    const bytes = held?.bytes.subarray(0, filled) ?? small?.subarray(0, total) ?? Buffer.alloc(0);
    const part = { bytes, isLast, held };
    held = undefined;
    filled = 0;
    return part;
  };
  try {
    const chunks = chunksOf(body);
    for (;;) {
      const next = await (held?.fill(chunks.next()) ?? chunks.next());
      if (next.done) break;
      const chunk = Buffer.isBuffer(next.value) ? next.value : Buffer.from(next.value);
      const before = total;
      total += chunk.length;
      if (total > maxBytes) throw new DomainError("file_too_large", `The file is larger than ${maxBytes} bytes.`);
      if (total <= SMALL_BYTES) {
        small ??= Buffer.allocUnsafeSlow(SMALL_BYTES);
        chunk.copy(small, before);
        freeBytes(chunk);
        continue;
      }
      const pieces = small === undefined ? [chunk] : [small.subarray(0, before), chunk];
      small = undefined;
      for (const piece of pieces) {
        for (let at = 0; at < piece.length; ) {
          // More bytes follow, so the part that is full now is not the last one.
          if (held !== undefined && filled === partBytes) yield takePart(false);
          held ??= await buffers.acquire(Math.min(partBytes, maxBytes));
          const copied = piece.copy(held.bytes, filled, at);
          filled += copied;
          at += copied;
        }
      }
      freeBytes(chunk);
    }
    yield takePart(true);
  } finally {
    held?.release();
    // Destroys the stream immediately. The end of a loop over the stream would first wait for the next bytes of a slow client.
    body.destroy();
  }
}

async function* chunksOf(body: Readable): AsyncGenerator<Uint8Array, undefined> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError("upload_aborted", "The upload ended before the file was complete.", { cause });
  }
}
