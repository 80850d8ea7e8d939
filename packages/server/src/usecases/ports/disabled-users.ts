export type DisabledUserQueries = {
  /** Disables a user and ends all sessions of the account. Returns false if the user was already disabled. Run it in a transaction. */
  add(userId: string, now: number): Promise<boolean>;
  /**
   * Enables a user. A sign-in may have made sessions while the user was being disabled. This call ends these sessions,
   * except `exceptSession`. Run it in a transaction. Returns false if the user was not disabled.
   */
  remove(userId: string, options?: { exceptSession: string | undefined }): Promise<boolean>;
  has(userId: string): Promise<boolean>;
};
