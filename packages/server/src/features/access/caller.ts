import type { Role } from "../../platform/database/unions.ts";

/** A credential that can be revoked. `id` is the id of its row in the database, never the secret. */
export type Credential = { kind: "session" | "api-token"; id: string };

/** The authenticated caller of a use case. */
export type Caller = {
  userId: string;
  /** Undefined if a JWT identified the caller, or if the HTTP request needs no credential. */
  credential?: Credential | undefined;
  /** The expiry of the API token that authenticated the request. Milliseconds since the epoch. */
  tokenExpiresAt?: number | undefined;
  /**
   * The roles that the application grants in an embedding, by the note id of each item. These roles are valid for one HTTP request, and
   * replace the roles in the database. Undefined: the roles in the database apply.
   */
  grants?: ReadonlyMap<string, Role> | undefined;
};
