import { createHmac, timingSafeEqual } from "node:crypto";

const MAX_CACHED = 20_000;

/** Makes a function that verifies an HS256 bearer token, and returns its user id. The function caches verified tokens until they expire. */
export function createTokenReader(
  secret: string,
): (authorization: string | undefined, now: number) => string | undefined {
  const cache = new Map<string, { userId: string; expiresAt: number }>();
  return (authorization, now) => {
    if (authorization === undefined) return undefined;
    const cached = cache.get(authorization);
    if (cached !== undefined) return cached.expiresAt > now ? cached.userId : undefined;
    const verified = verify(authorization, secret);
    if (verified === undefined || verified.expiresAt <= now) return undefined;
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(authorization, verified);
    return verified.userId;
  };
}

function verify(authorization: string, secret: string): { userId: string; expiresAt: number } | undefined {
  const [head, payload, signature] = authorization.replace(/^Bearer /, "").split(".");
  if (head === undefined || payload === undefined || signature === undefined) return undefined;
  if (JSON.parse(Buffer.from(head, "base64url").toString()).alg !== "HS256") return undefined;
  const expected = createHmac("sha256", secret).update(`${head}.${payload}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const { sub, exp } = JSON.parse(Buffer.from(payload, "base64url").toString());
  return { userId: sub, expiresAt: exp * 1000 };
}
