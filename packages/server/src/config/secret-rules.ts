import type { ConfigReader } from "./reader.ts";

const MIN_SECRET_BYTES = 32;
const MIN_DISTINCT_CHARACTERS = 10;

// Secrets from examples, tutorials and libraries. Anyone who reads those can forge a session.
const KNOWN_DEFAULTS =
  /change.{0,3}(?:me|this)|replace.{0,3}(?:me|this)|(?:your|my|super|default|the|a).{0,10}secret|better-auth-secret|example|^(?:secret|password|passwd|admin|test)/i;

/** Commands that make a secret, with and without openssl. */
export const MAKE_SECRET =
  "Make one with: openssl rand -base64 32, or: node -e \"console.log(crypto.randomBytes(32).toString('base64'))\"";

/**
 * Reads a signing secret of at least 32 bytes, the length of an HS256 key (RFC 7518 section 3.2). Undefined: not set.
 * Short, guessable and known default secrets are faults, and no text repeats them (docs/security-requirements.md, 29).
 */
export function readSecret(reader: ConfigReader, name: string): string | undefined {
  const secret = reader.text(name);
  if (secret === undefined) return undefined;
  const bytes = Buffer.byteLength(secret);
  if (KNOWN_DEFAULTS.test(secret)) {
    reader.fault(name, "is a known default or an example's text, which anyone can guess", MAKE_SECRET);
  } else if (bytes < MIN_SECRET_BYTES) {
    reader.fault(name, `is too short: ${bytes} bytes, at least ${MIN_SECRET_BYTES} are needed`, MAKE_SECRET);
  } else if (new Set(secret).size < MIN_DISTINCT_CHARACTERS) {
    reader.fault(name, "repeats a few characters, which is easy to guess", MAKE_SECRET);
  }
  return secret;
}
