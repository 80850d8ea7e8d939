import pg from "pg";
import { DomainError } from "../../domain/errors.ts";

// SQLSTATE classes that speak of the server rather than of the statement: connection exception, insufficient resources,
// operator intervention (shutdown, cancelled), system error; and a server that was demoted to read-only.
const SERVER_FAULT = /^(08|53|57|58)|^25006$/;

// A text with the NUL character, which PostgreSQL can't hold.
const BAD_TEXT = new Set(["22021", "22P05"]);

/** Turns an error that says the database can't be reached into `database_unavailable`, and one about a text it can't hold into `invalid_request`. */
export function toPostgresDomainError(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && BAD_TEXT.has(error.code ?? "")) {
    return new DomainError("invalid_request", "A text holds the NUL character", { cause: error });
  }
  if (!isServerFault(error)) return error;
  return new DomainError("database_unavailable", "The database can't be reached", { cause: error });
}

function isServerFault(error: unknown): boolean {
  if (error instanceof DomainError || error instanceof TypeError) return false;
  if (error instanceof pg.DatabaseError) return SERVER_FAULT.test(error.code ?? "");
  // What did not come from the server came from the socket: refused, reset, timed out, closed.
  return error instanceof Error;
}
