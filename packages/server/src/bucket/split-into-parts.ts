import type { Readable } from "node:stream";
import { DomainError } from "../domain/errors.ts";

/** A part of a stream. All parts but the last have `partBytes`. */
export type Part = { bytes: Buffer; isLast: boolean };

type Options = { partBytes: number; maxBytes: number };

const FIRST_BUFFER_BYTES = 64 * 1024;

/**
 * Splits a stream into one or more parts and reads no further than the current part.
 * Rejects with `file_too_large` at the first byte above `maxBytes`, and with `upload_aborted` if the stream fails.
 * Destroys the stream if the caller stops early.
 */
export async function* splitIntoParts(body: Readable, { partBytes, maxBytes }: Options): AsyncGenerator<Part> {
  let total = 0;
  // A small file does not need a buffer for a whole part.
  let buffer: Buffer = Buffer.allocUnsafeSlow(Math.min(FIRST_BUFFER_BYTES, partBytes));
  let filled = 0;
  for await (const given of chunksOf(body)) {
    const chunk = Buffer.isBuffer(given) ? given : Buffer.from(given);
    total += chunk.length;
    if (total > maxBytes) throw new DomainError("file_too_large", `The file is larger than ${maxBytes} bytes.`);
    for (let at = 0; at < chunk.length; ) {
      // More bytes follow, so the full part is not the last.
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
