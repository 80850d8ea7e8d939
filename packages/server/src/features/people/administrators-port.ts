import type { AdminEvent } from "./admin-event.ts";

export type AdministratorQueries = {
  /**
   * Returns the ids of the administrators who are not disabled. In a transaction, also locks their rows, so that the actions of
   * administrators run one after another. Otherwise two administrators could disable each other at the same time.
   */
  holdAdministrators(): Promise<string[]>;
  addEvent(event: AdminEvent): Promise<void>;
};
