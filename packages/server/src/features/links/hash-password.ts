import * as crypto from "node:crypto";
import { randomBytes, timingSafeEqual } from "node:crypto";
import { type Argon2idCost, argon2id, argon2idInWasm } from "../../platform/crypto/secrets.ts";
import { createFairTurns, type FairTurns } from "../../platform/limits/fair-turns.ts";
import type { Caller } from "../access/caller.ts";

/** The Argon2id parameters of new hashes: 19 MiB, two passes, one lane (docs/security-requirements.md, 22). */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const VERSION = 0x13;
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/**
 * The maximum number of hashes that run at the same time. A hash of a link password needs 19 MiB, and a hash of an account password needs
 * 32 MiB. Each hash also needs one of the four threads of Node's thread pool.
 */
const AT_ONCE = 2;
/** The maximum number of running and waiting hashes of one network or person. Often, all people in an office have one network. */
const OF_HOLDER = 20;

const TOO_MANY = "Too many passwords are waiting for their check. Try again in a few seconds.";

/**
 * Creates the queue for all hashes of passwords of links and accounts. A holder in the queue is the person who sets the password of a link,
 * or the network of a client (platform/http/client-address.ts).
 */
export function createHashTurns(): FairTurns {
  return createFairTurns({ atOnce: AT_ONCE, ofHolder: OF_HOLDER, problem: TOO_MANY });
}

/** Hashes the password of a link with Argon2id (RFC 9106). Returns the hash in the PHC string format. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const cost = { memory: MEMORY_KIB, passes: PASSES, parallelism: LANES };
  const hash = await derive(password, { ...cost, salt, bytes: HASH_BYTES });
  const costs = `m=${MEMORY_KIB},t=${PASSES},p=${LANES}`;
  return `$argon2id$v=${VERSION}$${costs}$${base64(salt)}$${base64(hash)}`;
}

/** Hashes a new password in turn. Returns undefined if there is no password. Throws `rate_limited` if too many hashes wait. */
export async function hashNew(
  turns: FairTurns,
  { caller, password }: { caller: Caller; password: string | null | undefined },
): Promise<string | undefined> {
  if (!password) return undefined;
  return turns.run({ holder: `user ${caller.userId}` }, () => hashPassword(password));
}

/** Returns whether the hash belongs to this password. The time of the comparison does not depend on the hash. */
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

function derive(password: string, cost: Argon2idCost): Promise<Buffer> {
  // Keyboards can encode the same text in different ways. The normal form makes these texts equal.
  const message = Buffer.from(password.normalize("NFC"));
  return crypto.argon2 === undefined ? argon2idInWasm(message, cost) : argon2id(message, cost);
}

/** Converts bytes to base64 without padding, because PHC strings have no padding. */
function base64(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}
