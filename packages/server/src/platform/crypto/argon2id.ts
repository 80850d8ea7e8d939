import * as crypto from "node:crypto";

/** The parameters of a hash. `memory`: KiB. `bytes`: the length of the hash. */
export type Argon2idCost = { memory: number; passes: number; parallelism: number; salt: Buffer; bytes: number };

/** Hashes a message with Argon2id (RFC 9106) on a thread of Node's thread pool. */
export function argon2id(message: Buffer, { salt, bytes, ...cost }: Argon2idCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    crypto.argon2("argon2id", { message, nonce: salt, tagLength: bytes, ...cost }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/**
 * Computes the same hash as `argon2id` in WebAssembly, for versions of Node before 24.7, which have no Argon2. The call blocks the main
 * thread for about 50 ms.
 */
export async function argon2idInWasm(message: Buffer, cost: Argon2idCost): Promise<Buffer> {
  const { default: wasm } = await import("hash-wasm");
  const bytes = await wasm.argon2id({
    password: message,
    salt: cost.salt,
    memorySize: cost.memory,
    iterations: cost.passes,
    parallelism: cost.parallelism,
    hashLength: cost.bytes,
    outputType: "binary",
  });
  return Buffer.from(bytes);
}
