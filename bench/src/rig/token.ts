import { SignJWT } from "jose";
import type { Dataset } from "./dataset.ts";
import { settings } from "./settings.ts";

const TOKEN_LIFE = "2h";

/** Makes the bearer token of an existing application: HS256, with the user id in `sub`. */
export function createToken(userId: string): Promise<string> {
  return new SignJWT({ email: `${userId}@bench.example`, name: "Bench" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(TOKEN_LIFE)
    .sign(new TextEncoder().encode(settings.jwtSecret));
}

/** One token for each user, because all requests of a user have the same token in production. */
export async function createTokens({ userIds }: Dataset): Promise<Map<string, string>> {
  const tokens = new Map<string, string>();
  for (const userId of userIds) tokens.set(userId, await createToken(userId));
  return tokens;
}
