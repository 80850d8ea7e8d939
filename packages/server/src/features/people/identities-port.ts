import type { JwtIssuer } from "../../platform/database/unions.ts";
import type { Subject } from "./person.ts";

/** The owner of a user id: an account, the subject of a JWT, or a person who has neither. */
export type IdHolder = { kind: "account" } | { kind: "person" } | ({ kind: "subject" } & Subject);

export type IdentityQueries = {
  /** Returns the user id for each known subject of one issuer. Runs one query. */
  find(issuer: JwtIssuer, subjects: readonly string[]): Promise<Map<string, string>>;
  /** Returns whether a user comes from a JWT issuer. Returns true even if the database does not know from which issuer. */
  isSubject(userId: string): Promise<boolean>;
  /** Returns the issuer of a user's JWTs. Undefined: the user has an account, or has not used a JWT yet. */
  issuerOf(userId: string): Promise<JwtIssuer | undefined>;
  /** Stores the user id of a subject. Returns false if the subject already has a user id, or if another subject has this user id. */
  add(identity: Subject & { userId: string }): Promise<boolean>;
  /**
   * If a user has the name of this subject as the id, and the issuer of this user was never recorded, records that the user is this
   * subject. Returns false if there is no such user.
   */
  claimLegacy(subject: Subject): Promise<boolean>;
  /** Returns the owners of user ids. The map does not contain ids that nobody has. */
  findHolders(userIds: readonly string[]): Promise<Map<string, IdHolder>>;
};
