export type DisabledUserQueries = {
  /** Disables a user and ends all sessions of the user. Returns false if the user was already disabled. Run it in a transaction. */
  add(userId: string, now: number): Promise<boolean>;
  /**
   * Enables a user. Returns false if the user was not disabled. Run it in a transaction.
   * A sign-in may have made sessions while the user was being disabled. This call ends these sessions, except `exceptSession`.
   */
  remove(userId: string, options?: { exceptSession: string | undefined }): Promise<boolean>;
  findDeletion(userId: string): Promise<AccountDeletion | undefined>;
};

/** A user whose account is closed, and will be deleted permanently at `deleteAt`. Milliseconds since the epoch. */
export type AccountDeletion = {
  userId: string;
  /** True: the owner of the account asked for the deletion, and can cancel it. False: the owner can't cancel the deletion. */
  isByOwner: boolean;
  deleteAt: number;
};
