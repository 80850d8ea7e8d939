import { DomainError } from "../domain/errors.ts";
import type { Queries } from "./ports/index.ts";

/** Throws `access_denied` for a disabled user. Queries the database every time. */
export function requireEnabled({ db }: { db: Pick<Queries, "disabledUsers"> }) {
  return async (userId: string): Promise<void> => {
    if (!(await db.disabledUsers.has(userId))) return;
    throw new DomainError("access_denied", "This user is disabled. Ask an administrator to enable it.");
  };
}
