/** A user: an account of the service, or a subject of an issuer of JWTs. */
export type Person = {
  /** Opaque, 1 to 255 characters. The id of a JWT subject is usually its `sub` (ADR 14). */
  id: string;
  email: string | undefined;
  name: string | undefined;
  isAdmin: boolean;
};

/** An issuer of JWTs, by the setting that verifies its tokens. The same subject of two issuers is two users. */
export type JwtIssuer = "jwt-secret" | "jwks";

/** The name of a user in the tokens of one issuer. */
export type Subject = { issuer: JwtIssuer; subject: string };

/** The authenticated caller of a use case. */
export type Caller = { userId: string };

/** Normalises an email address for storage and comparison. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}
