/** A person who asks for access to a note. */
export type AccessRequest = {
  userId: string;
  name: string | undefined;
  email: string | undefined;
  /** Whether the email address is proven. Anyone can sign up with the name and the email address of another person. */
  isEmailProven: boolean;
  /** Milliseconds since the epoch. */
  requestedAt: number;
};

export type AccessRequestQueries = {
  /**
   * Opens a request for access. Returns false if the user already has an open request, or a request that was dismissed after
   * `dismissedBefore`. Milliseconds since the epoch.
   */
  open(request: { noteId: string; userId: string; now: number; dismissedBefore: number }): Promise<boolean>;
  /** Lists the open requests, oldest first. */
  listOpen(noteId: string): Promise<AccessRequest[]>;
  countOpen(noteId: string): Promise<number>;
  /** Returns false if this user has no open request. */
  dismiss(request: { noteId: string; userId: string; now: number }): Promise<boolean>;
  /** Deletes the requests of these users, because they have access. Deletes dismissed requests too. */
  delete(noteId: string, userIds: readonly string[]): Promise<number>;
};
