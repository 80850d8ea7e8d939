import * as crypto from "node:crypto";
import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from "node:crypto";

/** Compares two texts in constant time, so that an attacker cannot guess a secret from the duration. */
export function isSameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const ALGORITHM = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts a secret of an account with the first key. The same user id is necessary to decrypt the result. */
export function sealSecret(keys: readonly Uint8Array[], userId: string, secret: Uint8Array): string {
  const [key] = keys;
  if (key === undefined) throw new Error("A sealed secret needs a key.");
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(userId));
  return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString("base64url");
}

/** Decrypts a secret of an account. Returns undefined if its key is neither from AUTH_SECRET nor from AUTH_SECRETS_OLD. */
export function openSecret(keys: readonly Uint8Array[], userId: string, sealed: string): Uint8Array | undefined {
  const bytes = Buffer.from(sealed, "base64url");
  const iv = bytes.subarray(0, IV_BYTES);
  for (const key of keys) {
    const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(userId)).setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch {}
  }
  return undefined;
}

/** The parameters of a password hash. `memory`: in KiB. `bytes`: the length of the hash. */
export type Argon2idCost = { memory: number; passes: number; parallelism: number; salt: Buffer; bytes: number };

/** Hashes a message with Argon2id (RFC 9106) in the thread pool of Node.js. */
export function argon2id(message: Buffer, { salt, bytes, ...cost }: Argon2idCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    crypto.argon2("argon2id", { message, nonce: salt, tagLength: bytes, ...cost }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** Computes Argon2id in WebAssembly for Node.js before 24.7, which has no Argon2. Blocks the main thread for about 50 ms. */
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
