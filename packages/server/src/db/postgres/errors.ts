import pg from "pg";
import { DomainError } from "../../domain/errors.ts";

// SQLSTATE classes of faults of the server: connection exception, insufficient resources, operator intervention (shutdown,
// cancelled), system error. And the code of a server that became read-only.
const SERVER_FAULT = /^(08|53|57|58)|^25006$/;

// PostgreSQL can't store a text with the NUL character.
const BAD_TEXT = new Set(["22021", "22P05"]);

/** Turns faults of the server into `database_unavailable`, and a text with NUL into `invalid_request`. Returns other errors as they are. */
export function toPostgresDomainError(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && BAD_TEXT.has(error.code ?? "")) {
    return new DomainError("invalid_request", "A text contains the NUL character", { cause: error });
  }
  if (!isServerFault(error)) return error;
  return new DomainError("database_unavailable", "The database can't be reached", { cause: error });
}

function isServerFault(error: unknown): boolean {
  if (error instanceof DomainError || error instanceof TypeError) return false;
  if (error instanceof pg.DatabaseError) return SERVER_FAULT.test(error.code ?? "");
  // Other errors come from the socket: refused, reset, timed out, closed.
  return error instanceof Error;
}
