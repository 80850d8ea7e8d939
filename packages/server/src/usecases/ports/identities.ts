import type { JwtIssuer, Subject } from "../../domain/person.ts";

/** The owner of a user id: an account, the subject of a JWT, or a person that has neither. */
export type IdHolder = { kind: "account" } | { kind: "person" } | ({ kind: "subject" } & Subject);

export type IdentityQueries = {
  /** The user ids of subjects of one issuer. Unknown subjects are absent. One query. */
  find(issuer: JwtIssuer, subjects: readonly string[]): Promise<Map<string, string>>;
  /** Whether a user is a subject of an issuer. The issuer may be one that was never recorded. */
  isSubject(userId: string): Promise<boolean>;
  /** The issuer of a user's tokens. Undefined: the user has an account, or no token yet. */
  issuerOf(userId: string): Promise<JwtIssuer | undefined>;
  /** Gives a subject its user id. False: the subject has one already, or another subject has this id. */
  add(identity: Subject & { userId: string }): Promise<boolean>;
  /** Assigns the user whose id is the subject, and whose issuer was never recorded, to this subject. False: there is no such user. */
  claimLegacy(subject: Subject): Promise<boolean>;
  /** The holders of user ids. Ids without a holder are absent. */
  findHolders(userIds: readonly string[]): Promise<Map<string, IdHolder>>;
};
