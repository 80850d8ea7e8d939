import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { DomainError } from "../../domain/errors.ts";

const SERIALIZATION_FAILURE = "40001";
const DEADLOCK = "40P01";
const MAX_ATTEMPTS = 5;
const MAX_PAUSE_MS = 50;

/**
 * Runs a statement or a transaction. Repeats it after a serialisation failure or a deadlock, because PostgreSQL has rolled it back.
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
  return cause instanceof pg.DatabaseError && (cause.code === SERIALIZATION_FAILURE || cause.code === DEADLOCK);
}
