import type { Language } from "../../domain/language.ts";
import type { EmailHolder, EmailProof, Person } from "../../domain/person.ts";

/**
 * `email` undefined: the email address and its proof stay. Null: the email address is removed.
 * The proof of an email address stays until the email address changes.
 */
export type PersonChange = Pick<Person, "id" | "name" | "isAdmin"> & {
  email: string | null | undefined;
  emailProvenBy?: EmailProof | undefined;
  /** When the issuer or the account stated the email address. A stored email address with a later instant stays. Default: now. */
  emailStatedAt?: number | undefined;
  /** Undefined: no change. */
  language?: Language | undefined;
  now: number;
};

export type PeopleQueries = {
  /** Creates or updates a user. Never revokes `isAdmin`. */
  put(person: PersonChange): Promise<void>;
  /** Removes the proof of an email address if `provenBy` gave it. The email address stays. */
  withdrawEmailProof(userId: string, provenBy: EmailProof): Promise<void>;
  /** Records the instant of the last sign-in. */
  signedIn(userId: string, now: number): Promise<void>;
  find(userId: string): Promise<Person | undefined>;
  /** Returns the language in which the user reads the service, or undefined if it is unknown. */
  languageOf(userId: string): Promise<Language | undefined>;
  /** Does nothing to an unknown user. */
  setLanguage(userId: string, language: Language): Promise<void>;
  /** Users by id. Unknown users are absent. One query. */
  findByIds(userIds: readonly string[]): Promise<Map<string, Person>>;
  /** Returns the users with one of these normalised email addresses. */
  findByEmails(emails: readonly string[]): Promise<EmailHolder[]>;
};
