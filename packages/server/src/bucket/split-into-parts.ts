import type { Readable } from "node:stream";
import { DomainError } from "../domain/errors.ts";

/** A piece of a stream: `partBytes` long unless it is the last. */
export type Part = { bytes: Buffer; isLast: boolean };

type Options = { partBytes: number; maxBytes: number };

const FIRST_BUFFER_BYTES = 64 * 1024;

/**
 * Cuts a stream into parts, at least one, reading no further than the part at hand.
 * Rejects with `file_too_large` at the byte after `maxBytes`, and with `upload_aborted` when the stream fails or is destroyed.
 * The stream is destroyed when the reading ends early.
 */
export async function* splitIntoParts(body: Readable, { partBytes, maxBytes }: Options): AsyncGenerator<Part> {
  let total = 0;
  // A small file needs no buffer of a whole part.
  let buffer: Buffer = Buffer.allocUnsafeSlow(Math.min(FIRST_BUFFER_BYTES, partBytes));
  let filled = 0;
  for await (const given of chunksOf(body)) {
    const chunk = Buffer.isBuffer(given) ? given : Buffer.from(given);
    total += chunk.length;
    if (total > maxBytes) throw new DomainError("file_too_large", `The file is larger than ${maxBytes} bytes.`);
    for (let at = 0; at < chunk.length; ) {
      // Only now is it known that the full part was not the last.
      if (filled === partBytes) {
        yield { bytes: buffer, isLast: false };
        buffer = Buffer.allocUnsafeSlow(partBytes);
        filled = 0;
      }
      if (filled === buffer.length) buffer = grown(buffer, partBytes);
      const copied = chunk.copy(buffer, filled, at);
      filled += copied;
      at += copied;
    }
  }
  yield { bytes: buffer.subarray(0, filled), isLast: true };
}

async function* chunksOf(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (cause) {
    if (cause instanceof DomainError) throw cause;
    throw new DomainError("upload_aborted", "The upload ended before the file was complete.", { cause });
  }
}

function grown(buffer: Buffer, partBytes: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.min(2 * buffer.length, partBytes));
  buffer.copy(larger);
  return larger;
}
