import { type JWTPayload, SignJWT } from "jose";

/** The HS256 secret of tests and benchmarks. It is long enough for the configuration. */
export const TEST_JWT_SECRET = "q8ZtW2nVbR5xKc7LmD4sHf9JpG3yUe6A";

/**
 * Signs an HS256 token as an existing application does. The other members of the parameter become claims. If a member, such as `exp`, is
 * undefined, the token omits this claim. All times are in seconds since the epoch. Default: the secret is `TEST_JWT_SECRET`, and the token
 * is valid for an hour.
 */
export function signTestJwt({
  secret = TEST_JWT_SECRET,
  ...claims
}: TestClaims & { secret?: string }): Promise<string> {
  const all = { exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
  const payload: JWTPayload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(payload).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(new TextEncoder().encode(secret));
}

type TestClaims = { sub?: string; email?: string; name?: string; exp?: number | undefined } & Record<string, unknown>;
