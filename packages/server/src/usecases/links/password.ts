import { argon2, randomBytes, timingSafeEqual } from "node:crypto";

/** The parameters of new hashes: 19 MiB, two passes, one lane (docs/security-requirements.md, 22). */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const VERSION = 0x13;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Each hash holds 19 MiB and a thread of Node's pool, so that a third one waits for its turn. */
const AT_ONCE = 2;

/** Hashes a password of a link with Argon2id (RFC 9106). Returns the PHC string format. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const cost = { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES };
  const hash = await derive(password, { ...cost, salt, bytes: HASH_BYTES });
  const costs = `m=${MEMORY_KIB},t=${PASSES},p=${LANES}`;
  return `$argon2id$v=${VERSION}$${costs}$${base64(salt)}$${base64(hash)}`;
}

/** Whether the password is the one of the hash. Compares in constant time. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, expected] = PHC.exec(hash) ?? [];
  if (salt === undefined || expected === undefined) throw new Error("The stored hash of a link password is damaged");
  const wanted = Buffer.from(expected, "base64");
  const derived = await derive(password, {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, "base64"),
    bytes: wanted.length,
  });
  return timingSafeEqual(derived, wanted);
}

type Cost = { memory: number; passes: number; parallelism: number; salt: Buffer; bytes: number };

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, { salt, bytes, ...cost }: Cost): Promise<Buffer> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      // The same text can have several encodings, depending on the keyboard.
      const message = Buffer.from(password.normalize("NFC"));
      argon2("argon2id", { message, nonce: salt, tagLength: bytes, ...cost }, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  } finally {
    const next = waiting.shift();
    // The next one takes over this turn, so that nobody overtakes it.
    if (next === undefined) running -= 1;
    else next();
  }
}

/** PHC strings have no padding. */
function base64(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}
