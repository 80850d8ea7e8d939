import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { DomainError } from "../../errors.ts";

const SERIALIZATION_FAILURE = "40001";
const DEADLOCK = "40P01";
/** Another transaction held a lock for longer than the limit. */
const LOCK_TIMEOUT = "55P03";
const CONFLICTS = new Set<string | undefined>([SERIALIZATION_FAILURE, DEADLOCK, LOCK_TIMEOUT]);
/**
 * The server or a pooler does not know the name of a statement, or knows another statement under this name. The next attempt uses another
 * name or another connection.
 */
const LOST_NAMES = new Set(["26000", "42P05"]);
/**
 * The columns of a named statement have other types since a migration. Other errors have this code too. So the function of PostgreSQL that
 * reported the error is compared as well, because the text of the error depends on the language of the server.
 */
const OTHER_COLUMNS = { code: "0A000", routine: "RevalidateCachedQuery" };
const MAX_ATTEMPTS = 5;
const MAX_PAUSE_MS = 50;

/**
 * Runs a statement or a transaction. Repeats it after a serialisation failure, a deadlock, a lock that came too late or a lost statement,
 * because PostgreSQL has rolled it back.
 * Throws `database_unavailable` after five attempts.
 */
export async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === MAX_ATTEMPTS) throw error instanceof DomainError ? error : tooManyConflicts(error);
      // The pause is random, because two transactions with the same pause would conflict again.
      await sleep(Math.random() * MAX_PAUSE_MS * attempt);
    }
  }
}

function tooManyConflicts(cause: unknown): DomainError {
  const message = "Other changes of the same data came first, several times. Try again.";
  return new DomainError("database_unavailable", message, { cause });
}

function isConflict(error: unknown): boolean {
  const cause = error instanceof DomainError ? error.cause : error;
  if (!(cause instanceof pg.DatabaseError)) return false;
  return CONFLICTS.has(cause.code) || isLostStatement(cause);
}

/** Returns whether PostgreSQL has refused a statement because of its name. */
export function isLostStatement(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  const { code = "", routine } = error;
  return LOST_NAMES.has(code) || (code === OTHER_COLUMNS.code && routine === OTHER_COLUMNS.routine);
}
