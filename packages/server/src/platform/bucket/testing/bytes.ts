import { createHash } from "node:crypto";
import { Readable } from "node:stream";

const CHUNK_BYTES = 64 * 1024;

/** Returns bytes whose pattern depends on the offset, so that a test detects lost or swapped parts. */
export function patterned(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at + 4 <= sizeBytes; at += 4) bytes.writeUInt32LE((at * 2654435761) >>> 0, at);
  return bytes;
}

/** Creates a stream of small, different chunks. Each chunk is created only when it is read. */
export function patternedStream(sizeBytes: number, onChunk: (soFar: number) => void = () => undefined): Readable {
  return Readable.from(chunks(sizeBytes, onChunk), { objectMode: false });
}

function* chunks(sizeBytes: number, onChunk: (soFar: number) => void) {
  for (let at = 0; at < sizeBytes; at += CHUNK_BYTES) {
    onChunk(at);
    yield Buffer.alloc(Math.min(CHUNK_BYTES, sizeBytes - at), at / CHUNK_BYTES);
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}
