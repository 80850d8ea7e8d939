import { SignJWT } from "jose";
import type { Dataset } from "./dataset.ts";
import { settings } from "./settings.ts";

const TOKEN_LIFE = "2h";

/** Makes a bearer token as an existing application does: a JWT signed with HS256, with the user id in `sub`. */
export function createToken(userId: string): Promise<string> {
  return new SignJWT({ email: `${userId}@bench.example`, name: "Bench" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(TOKEN_LIFE)
    .sign(new TextEncoder().encode(settings.jwtSecret));
}

/** Makes one token for each user, because in production all requests of a user have the same token. */
export async function createTokens({ userIds }: Dataset): Promise<Map<string, string>> {
  const tokens = new Map<string, string>();
  for (const userId of userIds) tokens.set(userId, await createToken(userId));
  return tokens;
}
