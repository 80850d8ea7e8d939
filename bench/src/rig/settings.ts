import { createHash, createHmac } from "node:crypto";
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

const TOKEN_LIFE = "6h";

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
