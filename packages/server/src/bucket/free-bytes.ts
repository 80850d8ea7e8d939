/**
 * Frees the memory of bytes that nothing uses any more. If the bytes fill only a part of their memory, does nothing, because other code
 * may use the rest.
 * The garbage collector would free the memory too, but only after 64 MiB of such bytes.
 */
export function freeBytes({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
