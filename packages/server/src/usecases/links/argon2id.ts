import * as crypto from "node:crypto";

/** `memory`: KiB. `bytes`: the length of the hash. */
export type Argon2idCost = { memory: number; passes: number; parallelism: number; salt: Buffer; bytes: number };

/** Hashes with Argon2id (RFC 9106) on a thread of Node's pool. */
export function argon2id(message: Buffer, { salt, bytes, ...cost }: Argon2idCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    crypto.argon2("argon2id", { message, nonce: salt, tagLength: bytes, ...cost }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** Computes the same hash in WebAssembly, for versions of Node before 24.7, which have no Argon2. It takes about 50 ms on the main thread. */
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
