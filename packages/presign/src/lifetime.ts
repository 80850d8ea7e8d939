import { PresignError } from "./errors.ts";
import type { PresignWarning, SigningOptions } from "./types.ts";

/** The lifetime of a signature. `signedAtSecond`: in seconds since 1970. `expiresAt`: in milliseconds since 1970. */
export type Lifetime = { signedAtSecond: number; expiresAt: number; warning: PresignWarning | undefined };

const MAX_EXPIRES_IN_SECONDS = 604_800;
const END_OF_YEAR_9999 = Date.UTC(10_000, 0);

/**
 * Computes the lifetime of a signature, which ends when the credentials expire at the latest.
 *
 * Throws PresignError, for example if the credentials have expired.
 */
export function lifetimeOf(options: SigningOptions, cacheWindowSeconds?: number): Lifetime {
  return endedByCredentials(signingSecondOf(options, cacheWindowSeconds), options);
}

/**
 * Returns the second at which a lifetime starts: the current second, or the first second of the cache window.
 *
 * Throws PresignError if an argument is out of range.
 */
export function signingSecondOf(
  { now, expiresInSeconds }: Pick<SigningOptions, "now" | "expiresInSeconds">,
  cacheWindowSeconds?: number,
): number {
  assertExpiresIn(expiresInSeconds);
  if (typeof now !== "number" || !(now >= 0 && now < END_OF_YEAR_9999)) {
    throw new PresignError("invalid_now", "now must be milliseconds since the epoch, before the year 10000");
  }
  const second = Math.floor(now / 1000);
  return cacheWindowSeconds === undefined ? second : startOfWindow(second, expiresInSeconds, cacheWindowSeconds);
}

function endedByCredentials(signedAtSecond: number, options: SigningOptions): Lifetime {
  const expiresAt = (signedAtSecond + options.expiresInSeconds) * 1000;
  const credentialsEnd = options.credentials.expiration?.getTime();
  if (credentialsEnd === undefined) return { signedAtSecond, expiresAt, warning: undefined };
  // This comparison also refuses NaN, the time of an invalid Date.
  if (!(credentialsEnd > options.now)) {
    throw new PresignError(
      "credentials_expired",
      "The credentials have expired, so a URL signed with them would not work",
    );
  }
  if (credentialsEnd >= expiresAt) return { signedAtSecond, expiresAt, warning: undefined };
  return { signedAtSecond, expiresAt: credentialsEnd, warning: "credentials_expire_first" };
}

function assertExpiresIn(seconds: number): void {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_EXPIRES_IN_SECONDS) {
    throw new PresignError("invalid_expires_in", `expiresInSeconds must be whole, 1 to ${MAX_EXPIRES_IN_SECONDS}`);
  }
}

function startOfWindow(second: number, expiresInSeconds: number, windowSeconds: number): number {
  if (!Number.isInteger(windowSeconds) || windowSeconds < 1 || windowSeconds > expiresInSeconds / 2) {
    throw new PresignError("invalid_cache_window", "cacheWindowSeconds must be whole, 1 to half of expiresInSeconds");
  }
  return second - (second % windowSeconds);
}
