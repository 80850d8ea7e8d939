import { Secret, TOTP } from "otpauth";

/** Every authenticator app supports these settings, and some apps support no other settings. */
const SETTINGS = { algorithm: "SHA1", digits: 6, period: 30 } as const;
/** How many time steps of 30 seconds the clock of the phone may be behind or ahead. */
const WINDOW = 1;
export const SECRET_BYTES = 20;

/** Returns the time step of a code (RFC 6238 section 4.2), or undefined if the code is wrong or expired. */
export function stepOfCode(secret: Uint8Array, { code, now }: { code: string; now: number }): number | undefined {
  const totp = new TOTP({ ...SETTINGS, secret: toSecret(secret) });
  const delta = totp.validate({ token: code, timestamp: now, window: WINDOW });
  return delta === null ? undefined : totp.counter({ timestamp: now }) + delta;
}

/**
 * Returns the secret as a text that people can type, and as a URL for a QR code. The authenticator app shows `issuer` and `label` as the
 * name of the account.
 */
export function describeSecret(secret: Uint8Array, name: { issuer: string; label: string }) {
  const totp = new TOTP({ ...SETTINGS, ...name, secret: toSecret(secret) });
  return { secret: totp.secret.base32, url: totp.toString() };
}

function toSecret(secret: Uint8Array): Secret {
  return new Secret({ buffer: new Uint8Array(secret).buffer });
}
