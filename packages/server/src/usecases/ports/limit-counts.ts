/** Counts in windows of time, for the limits that hold for all replicas together. */
export type LimitCountQueries = {
  /**
   * Adds `amount` to the count of a window, if the sum is at most `max`. Opens a window that expires at `expiresAt` if none is open.
   * Atomic. A refused amount changes nothing. Returns the expiry of the open window.
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
