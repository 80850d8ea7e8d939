import { hmacSha256 } from "./sha256.ts";

/** What a signing key is bound to besides the secret. */
export type SigningScope = { date: string; region: string; service: string };

/**
 * Derives the key that signs one day's requests to one service in one region: 32 bytes.
 *
 * `date` is UTC and reads yyyymmdd. Nothing is validated here.
 * Source: AWS "Create a signed AWS API request", step 4.
 */
export function deriveSigningKey(scope: SigningScope & { secretAccessKey: string }): Uint8Array {
  const dateKey = hmacSha256(new TextEncoder().encode(`AWS4${scope.secretAccessKey}`), scope.date);
  const regionKey = hmacSha256(dateKey, scope.region);
  const serviceKey = hmacSha256(regionKey, scope.service);
  return hmacSha256(serviceKey, "aws4_request");
}
