/** A person who asks for access to a note. */
export type AccessRequest = {
  userId: string;
  name: string | undefined;
  email: string | undefined;
  /** Whether the email address is proven. If not, it may belong to another person, because anyone can sign up with any email address. */
  isEmailProven: boolean;
  /** Milliseconds since the epoch. */
  requestedAt: number;
};

export type AccessRequestQueries = {
  /**
   * Stores a new request for access. Returns false if the user already has an open request, or if the owner dismissed the last one at
   * `dismissedBefore` or later. Instants are milliseconds since the epoch.
   */
  open(request: { noteId: string; userId: string; now: number; dismissedBefore: number }): Promise<boolean>;
  /** Lists the open requests for access to this note, oldest first. */
  listOpen(noteId: string): Promise<AccessRequest[]>;
  countOpen(noteId: string): Promise<number>;
  /** Marks the open request of this user as dismissed. Returns false if this user has no open request. */
  dismiss(request: { noteId: string; userId: string; now: number }): Promise<boolean>;
  /** Deletes the open and the dismissed requests of these users. Call it when the users get access. */
  delete(noteId: string, userIds: readonly string[]): Promise<number>;
};
