import { hmacSha256 } from "./sha256.ts";

/** The secret and the scope of a signing key. */
export type SigningScope = { date: string; region: string; service: string };

/**
 * Derives the 32-byte key that signs requests to one service in one region on one day.
 *
 * `date` is in UTC and has the form yyyymmdd. The function does not validate its arguments.
 * Source: AWS "Create a signed AWS API request", step 4.
 */
export function deriveSigningKey(scope: SigningScope & { secretAccessKey: string }): Uint8Array {
  const dateKey = hmacSha256(new TextEncoder().encode(`AWS4${scope.secretAccessKey}`), scope.date);
  const regionKey = hmacSha256(dateKey, scope.region);
  const serviceKey = hmacSha256(regionKey, scope.service);
  return hmacSha256(serviceKey, "aws4_request");
}
