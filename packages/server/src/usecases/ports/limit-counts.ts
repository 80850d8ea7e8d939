/** Counts amounts in time windows, for the limits that all replicas share. */
export type LimitCountQueries = {
  /**
   * Adds `amount` to the count of a window, if the sum is at most `max`. If no window is open, opens one that expires at `expiresAt`.
   * Atomic.
   * Returns whether the amount was added, and the expiry of the open window. An amount that was not added changes nothing.
   */
  take(
    key: string,
    request: { amount: number; max: number; now: number; expiresAt: number },
  ): Promise<{ isTaken: boolean; expiresAt: number }>;
  /** Subtracts from the count of the window that expires at `expiresAt`. Does nothing if another window is open. */
  giveBack(key: string, taken: { amount: number; expiresAt: number }): Promise<void>;
  /** Closes the window, so that the count is 0. */
  reset(key: string): Promise<void>;
  deleteExpired(now: number): Promise<void>;
};
