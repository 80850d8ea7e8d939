import type { Person } from "../../domain/person.ts";

export type PeopleQueries = {
  /** Creates or updates a user. Never revokes `isAdmin`. */
  put(person: Person & { now: number }): Promise<void>;
  find(userId: string): Promise<Person | undefined>;
  /** Users by id. Unknown users are absent. One query. */
  findByIds(userIds: readonly string[]): Promise<Map<string, Person>>;
  /** The users with one of these normalised email addresses. */
  findByEmails(emails: readonly string[]): Promise<Person[]>;
};
