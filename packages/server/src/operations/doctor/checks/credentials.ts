import type { Check } from "../check.ts";
import { finding, type Outcome } from "../finding.ts";
import { environmentFix, stepFix } from "../fixes/environment.ts";
import type { DoctorParts } from "../parts.ts";

/** The service renews credentials this long before they expire. Milliseconds. */
const RENEW_BEFORE_MS = 300_000;

/** Reports missing credentials, and temporary credentials that expire soon. */
export const credentialsCheck: Check = {
  name: "credentials of the bucket",
  async run(parts) {
    const { bucket, clock, config } = parts;
    try {
      const { expiration } = await bucket.credentials();
      return [...fixedSession(config), ...expiring(expiration, clock())];
    } catch {
      const fix = environmentFix("AWS_ACCESS_KEY_ID=your-access-key", "AWS_SECRET_ACCESS_KEY=your-secret-key");
      const detail = "Neither the environment, a profile, SSO nor a role of this machine has credentials.";
      return [finding("credentials-missing", { detail, fix })];
    }
  },
};

function fixedSession({ bucket }: DoctorParts["config"]): Outcome[] {
  if (bucket.credentials === undefined || bucket.credentials.sessionToken === undefined) return [];
  const detail = "AWS_SESSION_TOKEN is set. Nothing says when it expires.";
  const text = "Remove the three AWS_ variables, and give the machine a role. Or create an access key of a user.";
  return [finding("credentials-fixed-session", { detail, fix: stepFix(text) })];
}

function expiring(expiration: Date | undefined, now: number): Outcome[] {
  if (expiration === undefined) return [];
  const leftMs = expiration.getTime() - now;
  if (leftMs > RENEW_BEFORE_MS) return [];
  const fix = stepFix("Let the credential source renew them earlier, with a lifetime of at least an hour.");
  if (leftMs > 0) {
    const detail = `They expire in ${Math.ceil(leftMs / 1000)} seconds, at ${expiration.toISOString()}.`;
    return [finding("credentials-expire-soon", { detail, fix })];
  }
  return [finding("credentials-expired", { detail: `They expired at ${expiration.toISOString()}.`, fix })];
}
