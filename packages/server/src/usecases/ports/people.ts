import type { Person } from "../../domain/person.ts";

export type PeopleQueries = {
  /** Creates or refreshes the record of a person; never takes `isAdmin` away. */
  put(person: Person & { now: number }): Promise<void>;
  find(userId: string): Promise<Person | undefined>;
  /** By id; whoever was never here is absent. One query. */
  findByIds(userIds: readonly string[]): Promise<Map<string, Person>>;
  /** Everyone with one of these addresses (already in normal form). */
  findByEmails(emails: readonly string[]): Promise<Person[]>;
};
