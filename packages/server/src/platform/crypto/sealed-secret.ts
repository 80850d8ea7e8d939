import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts a secret of an account with the first key. To decrypt the result, the id of the same user is necessary. */
export function sealSecret(keys: readonly Uint8Array[], userId: string, secret: Uint8Array): string {
  const [key] = keys;
  if (key === undefined) throw new Error("A sealed secret needs a key.");
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(userId));
  return Buffer.concat([iv, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString("base64url");
}

/**
 * Decrypts a secret of an account. Returns undefined if no key fits. This happens if the operator replaced AUTH_SECRET, and
 * AUTH_SECRETS_OLD does not contain the old value.
 */
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
