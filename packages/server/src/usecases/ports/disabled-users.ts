export type DisabledUserQueries = {
  /** Disables a user and ends all sessions of the account. False: the user was disabled before. Run it in a transaction. */
  add(userId: string, now: number): Promise<boolean>;
  /** False: the user was not disabled. */
  remove(userId: string): Promise<boolean>;
  has(userId: string): Promise<boolean>;
};
