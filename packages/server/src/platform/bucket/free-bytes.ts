/**
 * Frees the memory of bytes that no code uses any more. Does nothing if the bytes are only a part of a larger buffer, because other code
 * may use the rest of the buffer.
 * The garbage collector would free the memory too, but only after 64 MiB of such bytes.
 */
export function freeBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
