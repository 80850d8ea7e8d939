import type { Page, PageRequest } from "../../platform/database/pages.ts";
import type { AdminEvent } from "../people/administrators.ts";
import type { Person } from "../people/person.ts";
import type { UsageOfOwner } from "../usage/usage.ts";

/** A user with the facts that administrators see. Instants are milliseconds since the epoch. */
export type PersonRecord = Person & {
  isEmailProven: boolean;
  createdAt: number;
  /** Undefined: the user has never signed in, or uses only JWTs. */
  lastSignInAt: number | undefined;
  /** Undefined: the user is enabled. */
  disabledAt: number | undefined;
  /** Undefined: the account is not closed. */
  deleteAt: number | undefined;
  usage: UsageOfOwner;
  /** The number of links that the user made and that are neither revoked nor expired. */
  links: number;
};

/** The queries for administrators, which read the data of all users. */
export type AdministrationQueries = {
  /** Lists the users whose email address, name or id contains this text, the newest first. */
  listPeople(page: PageRequest & { text: string | undefined }): Promise<Page<PersonRecord>>;
  findPerson(userId: string): Promise<PersonRecord | undefined>;
  /** Lists the logged actions of administrators, the newest first. */
  listEvents(page: PageRequest): Promise<Page<AdminEvent>>;
};
