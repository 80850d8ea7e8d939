import type { EmailProof } from "../../platform/database/unions.ts";
import type { Language } from "../../platform/text/language.ts";
import type { EmailHolder, Person } from "./person.ts";

/**
 * The data to store for a user. If `email` is undefined, the email address and its proof do not change. If `email` is null, the email
 * address is removed. The proof of an email address is valid until the email address changes.
 */
export type PersonChange = Pick<Person, "id" | "name" | "isAdmin"> & {
  email: string | null | undefined;
  emailProvenBy?: EmailProof | undefined;
  /**
   * The instant at which the JWT issuer or the account stated the email address. If the stored email address has a later instant, the
   * stored email address does not change. Default: now.
   */
  emailStatedAt?: number | undefined;
  /** Undefined: no change. */
  language?: Language | undefined;
  now: number;
};

export type PeopleQueries = {
  /** Creates or updates a user. Never sets `isAdmin` from true to false. */
  put(person: PersonChange): Promise<void>;
  /** Removes the proof of a user's email address if the proof came from `provenBy`. Does not remove the email address. */
  withdrawEmailProof(userId: string, provenBy: EmailProof): Promise<void>;
  /** Records the instant of the last sign-in. */
  signedIn(userId: string, now: number): Promise<void>;
  /** Returns the language in which the user reads the service, or undefined if it is unknown. */
  languageOf(userId: string): Promise<Language | undefined>;
  /** Stores the language of a user. Does nothing if the user is unknown. */
  setLanguage(userId: string, language: Language): Promise<void>;
  /** Returns the users by id, with one query. The map does not contain unknown users. */
  findByIds(userIds: readonly string[]): Promise<Map<string, Person>>;
  /** Returns the users who have one of these normalised email addresses. */
  findByEmails(emails: readonly string[]): Promise<EmailHolder[]>;
  /** Returns the name that each visitor gave last, by visitor id. The map does not contain visitors who gave no name. */
  namesOf(visitorIds: readonly string[]): Promise<Map<string, string>>;
};
