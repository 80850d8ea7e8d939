/** A person who asks for access to a note. */
export type AccessRequest = {
  userId: string;
  name: string | undefined;
  email: string | undefined;
  /** Whether anyone vouches for the email address. Anyone can sign up with a name and an email address of others. */
  isEmailProven: boolean;
  /** Milliseconds since the epoch. */
  requestedAt: number;
};

export type AccessRequestQueries = {
  /** Opens a request. False: one is open, or one was dismissed after `dismissedBefore`. Milliseconds. */
  open(request: { noteId: string; userId: string; now: number; dismissedBefore: number }): Promise<boolean>;
  /** Lists the open requests, oldest first. */
  listOpen(noteId: string): Promise<AccessRequest[]>;
  countOpen(noteId: string): Promise<number>;
  /** False: no request of this user is open. */
  dismiss(request: { noteId: string; userId: string; now: number }): Promise<boolean>;
  /** Deletes the requests of these users, because they have access. Dismissed requests count too. */
  delete(noteId: string, userIds: readonly string[]): Promise<number>;
};
