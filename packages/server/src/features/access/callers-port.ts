/** The queries that identify the caller of a request. Almost every request runs one of them, so they must be fast. */
export type CallerQueries = {
  /** Finds the session with this token. Does not find an expired session. */
  session(token: string): Promise<{ id: string; userId: string } | undefined>;
  /** Finds the API token with this hash. Finds neither an expired token nor the token of a disabled user. */
  apiToken(tokenHash: string): Promise<{ id: string; userId: string; expiresAt: number | undefined } | undefined>;
};
