export type ApiToken = {
  id: string;
  userId: string;
  label: string;
  /** The SHA-256 of the token, in base64url. The service shows the token only once, when it is created, and does not store it. */
  tokenHash: string;
  createdAt: number;
  expiresAt: number | undefined;
};

export type ApiTokenQueries = {
  insert(token: ApiToken): Promise<void>;
  list(userId: string): Promise<ApiToken[]>;
  /** Deletes a token of this user. Returns false if the user has no such token. */
  delete(userId: string, tokenId: string): Promise<boolean>;
  /** Deletes a token of any user. Returns the user of the token, or undefined if there is no such token. */
  deleteOfAnyUser(tokenId: string): Promise<string | undefined>;
};
