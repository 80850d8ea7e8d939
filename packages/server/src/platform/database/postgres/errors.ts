import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { DomainError, invalidRequest } from "../../errors.ts";
import { NotPrimary } from "./primary.ts";

// The SQLSTATE codes and classes for faults of the server. `08`: connection exception. `53`: insufficient resources. `57`: intervention of
// the operator, such as a shutdown. `58`: system error. `25006`: the server has become read-only. `42501`: the server may not use a file,
// or the user may not use a table. `55P03`: another transaction held a lock for too long.
const SERVER_FAULT = /^(08|53|57|58)|^25006$|^42501$|^55P03$/;

/** The SQLSTATE codes after which a connection is unusable. The class 57P has the codes of a shutdown and of a start. */
const LOST_SERVER = /^(?:08|57P)|^25006$/;

const DISK_FULL = "53100";
const READ_ONLY = "25006";
/** The error message of the package pg for a call that waited too long for a connection of the pool. */
const NO_FREE_CONNECTION = "timeout exceeded when trying to connect";

/** The end of the error message for a server that cannot write. */
export const NOT_WRITABLE =
  "can't be written. Check the disk of PostgreSQL, and the rights of its user in DATABASE_URL.";

// The SQLSTATE codes for a text with the NUL character, which PostgreSQL cannot store.
const BAD_TEXT = new Set(["22021", "22P05"]);

/**
 * Converts faults of the server to `storage_full` or `database_unavailable`, and the error about a text with NUL to `invalid_request`.
 * Returns other errors unchanged.
 */
export function toPostgresDomainError(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && BAD_TEXT.has(error.code ?? "")) {
    return invalidRequest("A text contains the NUL character", { cause: error });
  }
  if (!isServerFault(error)) return error;
  const { code } = error as { code?: string };
  if (code === DISK_FULL) return new DomainError("storage_full", "The disk of the database is full", { cause: error });
  return new DomainError("database_unavailable", messageOf(error), { cause: error });
}

/** Returns whether a connection is unusable: it broke, or its server shuts down or has become read-only. */
export function isLostServer(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || LOST_SERVER.test(error.code ?? "");
}

function messageOf(error: unknown): string {
  if (isLockTimeout(error)) {
    return "Another transaction holds the same data. Try again when that transaction has ended.";
  }
  if (error instanceof NotPrimary) return error.message;
  if (isNotWritable(error)) return `The database ${NOT_WRITABLE}`;
  if (error instanceof Error && error.message === NO_FREE_CONNECTION) {
    return "The database can't be reached, or all connections to it are in use";
  }
  const isReadOnly = error instanceof pg.DatabaseError && error.code === READ_ONLY;
  return isReadOnly ? "The database is read-only: it may be a standby" : "The database can't be reached";
}

/** Returns whether PostgreSQL reports a fault of its disk, or refuses the access to a table. */
export function isNotWritable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^58|^42501$/.test(error.code ?? "");
}

function isServerFault(error: unknown): boolean {
  if (error instanceof DomainError || error instanceof TypeError) return false;
  if (error instanceof pg.DatabaseError) return SERVER_FAULT.test(error.code ?? "");
  // Other errors come from the socket, for example because the connection was refused, reset or closed, or timed out.
  return error instanceof Error;
}

const SERIALIZATION_FAILURE = "40001";
const DEADLOCK = "40P01";
/** Another transaction held a lock for longer than the limit. */
const LOCK_TIMEOUT = "55P03";
const CONFLICTS = new Set<string | undefined>([SERIALIZATION_FAILURE, DEADLOCK, LOCK_TIMEOUT]);
/**
 * The codes for an unknown named statement, and for a name that another statement has. The next attempt uses another name or another
 * connection.
 */
const LOST_NAMES = new Set(["26000", "42P05"]);
/**
 * The code for a named statement whose columns have other types since a migration. Other errors also have the code 0A000, so the caller
 * also compares the function of PostgreSQL that reported the error. The text of the error depends on the language of the server.
 */
const OTHER_COLUMNS = { code: "0A000", routine: "RevalidateCachedQuery" };
const MAX_ATTEMPTS = 5;
const MAX_PAUSE_MS = 50;

/**
 * Repeats a statement or a transaction after a conflict or the loss of a named statement. Throws `database_unavailable` after five
 * attempts.
 */
export async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (attempt === MAX_ATTEMPTS && isLockTimeout(causeOf(error))) throw toPostgresDomainError(error);
      if (attempt === MAX_ATTEMPTS) throw error instanceof DomainError ? error : tooManyConflicts(error);
      // The pause is random, because two transactions with equal pauses would conflict again.
      await sleep(Math.random() * MAX_PAUSE_MS * attempt);
    }
  }
}

function tooManyConflicts(cause: unknown): DomainError {
  const message = "Other changes of the same data came first, several times. Try again.";
  return new DomainError("database_unavailable", message, { cause });
}

function causeOf(error: unknown): unknown {
  return error instanceof DomainError ? error.cause : error;
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === LOCK_TIMEOUT;
}

function isConflict(error: unknown): boolean {
  const cause = causeOf(error);
  if (!(cause instanceof pg.DatabaseError)) return false;
  return CONFLICTS.has(cause.code) || isLostStatement(cause);
}

/** Returns whether PostgreSQL has refused a statement because of its name. */
export function isLostStatement(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  const { code = "", routine } = error;
  return LOST_NAMES.has(code) || (code === OTHER_COLUMNS.code && routine === OTHER_COLUMNS.routine);
}
