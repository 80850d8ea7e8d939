import type { Person } from "../../domain/person.ts";

export type ApiToken = {
  id: string;
  userId: string;
  label: string;
  /** SHA-256 of the token, base64url. The token itself is shown once and never stored. */
  tokenHash: string;
  createdAt: number;
  expiresAt: number | undefined;
};

export type ApiTokenQueries = {
  insert(token: ApiToken): Promise<void>;
  /** Finds the live token with this hash, and its user. A disabled user has no live token. */
  findLive(tokenHash: string, now: number): Promise<{ token: ApiToken; person: Person } | undefined>;
  list(userId: string): Promise<ApiToken[]>;
  /** Returns false if the user has no such token. */
  delete(userId: string, tokenId: string): Promise<boolean>;
  /** Returns the user of the token, or undefined if there is no such token. */
  deleteOfAnyUser(tokenId: string): Promise<string | undefined>;
  /** Returns the number of deleted tokens. */
  deleteAll(userId: string): Promise<number>;
};
