import type { Person } from "../../domain/person.ts";

export type PeopleQueries = {
  /** Creates or updates a user. Never revokes `isAdmin`. */
  put(person: Person & { now: number }): Promise<void>;
  find(userId: string): Promise<Person | undefined>;
  /** Users by id. Unknown users are absent. One query. */
  findByIds(userIds: readonly string[]): Promise<Map<string, Person>>;
  /** The users with one of these normalised email addresses. */
  findByEmails(emails: readonly string[]): Promise<Person[]>;
};

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
  /** The live token with this hash, and its user. */
  findLive(tokenHash: string, now: number): Promise<{ token: ApiToken; person: Person } | undefined>;
  list(userId: string): Promise<ApiToken[]>;
  /** False: the user has no such token. */
  delete(userId: string, tokenId: string): Promise<boolean>;
};
