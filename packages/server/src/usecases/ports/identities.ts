import type { JwtIssuer, Subject } from "../../domain/person.ts";

/** The owner of a user id: an account, the subject of a JWT, or a person who is neither of them. */
export type IdHolder = { kind: "account" } | { kind: "person" } | ({ kind: "subject" } & Subject);

export type IdentityQueries = {
  /** Returns the user id for each known subject of one issuer. Runs one query. */
  find(issuer: JwtIssuer, subjects: readonly string[]): Promise<Map<string, string>>;
  /** Whether a user is a subject of an issuer. The issuer may be one that was never recorded. */
  isSubject(userId: string): Promise<boolean>;
  /** Returns the issuer of a user's tokens, or undefined if the user has an account or no token yet. */
  issuerOf(userId: string): Promise<JwtIssuer | undefined>;
  /** Gives a subject its user id. Returns false if the subject already has a user id, or if another subject has this id. */
  add(identity: Subject & { userId: string }): Promise<boolean>;
  /**
   * Finds the user whose id is the name of this subject and whose issuer was never recorded. Assigns this user to the subject.
   * Returns false if there is no such user.
   */
  claimLegacy(subject: Subject): Promise<boolean>;
  /** Returns the holders of user ids. Ids without a holder are absent. */
  findHolders(userIds: readonly string[]): Promise<Map<string, IdHolder>>;
};
