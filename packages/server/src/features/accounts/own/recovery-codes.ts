import { createHash } from "node:crypto";
import { Secret } from "otpauth";
import type { Deps } from "../../../platform/deps.ts";

const COUNT = 10;
/** The number of random bytes in a code. A code has 80 random bits, so a fast hash without a salt is enough. */
const BYTES = 10;
const SHAPE = /^[A-Z2-7]{16}$/;

/** Makes ten codes such as `ABCD-EFGH-IJKL-MNOP`. A person can enter each code once, instead of a code of the authenticator app. */
export function makeRecoveryCodes({ newSecret }: Pick<Deps, "newSecret">): string[] {
  return Array.from({ length: COUNT }, () => {
    const bytes = new Uint8Array(Buffer.from(newSecret(), "base64url").subarray(0, BYTES));
    const text = new Secret({ buffer: bytes.buffer }).base32;
    return (text.match(/.{4}/g) ?? []).join("-");
  });
}

/** Computes the hash of a typed code. Ignores case, spaces and dashes. Returns undefined if the text does not have the form of a code. */
export function hashRecoveryCode(code: string): string | undefined {
  const plain = code.replace(/[\s-]/g, "").toUpperCase();
  return SHAPE.test(plain) ? createHash("sha256").update(plain).digest("base64url") : undefined;
}
