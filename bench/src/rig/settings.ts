import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { SignJWT } from "jose";

/** The settings of every candidate. The credentials are invented, and belong to no AWS account. */
export const settings = {
  bucket: "valet-key-bench-bucket",
  region: "eu-central-1",
  accessKeyId: "AKIABENCHBENCHBENCH1",
  secretAccessKey: "b3nchM4rkOnlyN0tAKeyOfAnyAccount00000000",
  // The service refuses weak secrets, so these two secrets look real. The two secrets protect only the servers of the benchmark.
  jwtSecret: "Jw7Qk2vT9xLr4BnY6mPz8HcD3fGs5VaE1uW0",
  authSecret: "Rt5Xn8bKq2WjM7vLz4CyP9sGd6HfT3aE0uQ1",
  // `npm start` also sets the first flag. The command `valetkey` sets the second flag (ADR 3).
  nodeFlags: ["--max-semi-space-size=16", "--no-allocation-site-pretenuring"],
  expiresInSeconds: 60,
  sqliteFile: "valetkey.db",
} as const;

const TOKEN_LIFE = "2h";

/** Creates a bearer token as an existing application does: a JWT that is signed with HS256 and has the user id in `sub`. */
export function createToken(userId: string): Promise<string> {
  return new SignJWT({ email: `${userId}@bench.example`, name: "Bench" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(TOKEN_LIFE)
    .sign(new TextEncoder().encode(settings.jwtSecret));
}

/** Creates the session token of a user, in the form that the service stores. */
export function sessionToken(userId: string): string {
  return hash(`session of ${userId}`);
}

/** Creates the session cookie that the browser of a user sends after a sign-in. */
export function sessionCookie(userId: string): string {
  const token = sessionToken(userId);
  const signature = createHmac("sha256", settings.authSecret).update(token).digest("base64");
  return `valetkey.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
}

/** Creates the API token of a user, and the hash that the service stores. */
export function apiToken(userId: string): { token: string; tokenHash: string } {
  const token = `vk_${hash(`token of ${userId}`)}`;
  return { token, tokenHash: hash(token) };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

const MAX_CACHED = 20_000;

/** Returns a function that verifies an HS256 bearer token, and returns its user id. Verified tokens are cached until they expire. */
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
