import type { Person } from "../../domain/person.ts";

export type ApiToken = {
  id: string;
  userId: string;
  label: string;
  /** SHA-256 of the token, base64url; the token itself is shown once and kept nowhere. */
  tokenHash: string;
  createdAt: number;
  expiresAt: number | undefined;
};

export type ApiTokenQueries = {
  insert(token: ApiToken): Promise<void>;
  /** The live token with this hash, and whose it is. */
  findLive(tokenHash: string, now: number): Promise<{ token: ApiToken; person: Person } | undefined>;
  list(userId: string): Promise<ApiToken[]>;
  /** Says whether there was one of this person's. */
  delete(userId: string, tokenId: string): Promise<boolean>;
};
