export type DisabledUserQueries = {
  /** Disables a user and ends all sessions of the account. False: the user was disabled before. Run it in a transaction. */
  add(userId: string, now: number): Promise<boolean>;
  /**
   * Enables a user. A sign-in may have made sessions while the user was being disabled. This ends them, except `exceptSession`. Run it in a transaction.
   * False: the user was not disabled.
   */
  remove(userId: string, options?: { exceptSession: string | undefined }): Promise<boolean>;
  has(userId: string): Promise<boolean>;
};
