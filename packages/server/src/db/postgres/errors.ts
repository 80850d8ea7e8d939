import pg from "pg";
import { DomainError } from "../../domain/errors.ts";

// The SQLSTATE classes for faults of the server. 08: connection exception. 53: insufficient resources. 57: operator intervention, such as a
// shutdown. 58: system error. The code 25006 means that the server became read-only. The code 55P03 means that another transaction held a
// lock for too long.
const SERVER_FAULT = /^(08|53|57|58)|^25006$|^55P03$/;

const DISK_FULL = "53100";
const READ_ONLY = "25006";

// The codes for a text with the NUL character, which PostgreSQL can't store.
const BAD_TEXT = new Set(["22021", "22P05"]);

/**
 * Turns faults of the server into `storage_full` or `database_unavailable`, and a text with NUL into `invalid_request`. Returns other
 * errors as they are.
 */
export function toPostgresDomainError(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && BAD_TEXT.has(error.code ?? "")) {
    return new DomainError("invalid_request", "A text contains the NUL character", { cause: error });
  }
  if (!isServerFault(error)) return error;
  const { code } = error as { code?: string };
  if (code === DISK_FULL) return new DomainError("storage_full", "The disk of the database is full", { cause: error });
  const message =
    code === READ_ONLY ? "The database is read-only: it may be a standby" : "The database can't be reached";
  return new DomainError("database_unavailable", message, { cause: error });
}

function isServerFault(error: unknown): boolean {
  if (error instanceof DomainError || error instanceof TypeError) return false;
  if (error instanceof pg.DatabaseError) return SERVER_FAULT.test(error.code ?? "");
  // Other errors come from the socket: refused, reset, timed out, closed.
  return error instanceof Error;
}
