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
   * Stores a new request for access. Returns false if the user already has an open request, or if the last request was dismissed at or
   * after `dismissedBefore`. Instants are milliseconds since the epoch.
   */
  open(request: { noteId: string; userId: string; now: number; dismissedBefore: number }): Promise<boolean>;
  /** Lists the open requests for access to this note, oldest first. */
  listOpen(noteId: string): Promise<AccessRequest[]>;
  countOpen(noteId: string): Promise<number>;
  /** Marks the open request of this user as dismissed. Returns false if this user has no open request. */
  dismiss(request: { noteId: string; userId: string; now: number }): Promise<boolean>;
  /** Deletes the requests of these users after they got access. Deletes dismissed requests too. */
  delete(noteId: string, userIds: readonly string[]): Promise<number>;
};
