/** Counts amounts in time windows, for the limits that all replicas share. */
export type LimitCountQueries = {
  /**
   * Adds `amount` to the count of the open window if the sum is at most `max`. If no window is open, opens a window that expires at
   * `expiresAt`. Atomic.
   * Returns whether the amount was added, and the expiry of the open window. If the amount was not added, nothing has changed.
   */
  take(
    key: string,
    request: { amount: number; max: number; now: number; expiresAt: number },
  ): Promise<{ isTaken: boolean; expiresAt: number }>;
  /** Subtracts `amount` from the count of the window that expires at `expiresAt`. Does nothing if this window is not open any more. */
  giveBack(key: string, taken: { amount: number; expiresAt: number }): Promise<void>;
  /** Closes the open window, so that the count is 0. */
  reset(key: string): Promise<void>;
  deleteExpired(now: number): Promise<void>;
};
