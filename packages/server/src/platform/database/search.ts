import type { CompiledQuery, Expression, RawBuilder, SqlBool } from "kysely";
import { DomainError } from "../errors.ts";

/** The time limit of a search. This time is enough to search thousands of long notes. Milliseconds. */
export const SEARCH_LIMIT_MS = 2_000;

/** Runs queries that may read all notes of a person. A query that exceeds the time limit stops with `search_timeout`. */
export type Search = {
  run: <Row>(query: CompiledQuery<Row>) => Promise<Row[]>;
  /** The maximum number of searches that run at the same time. */
  atOnce: number;
  /**
   * Only for an engine that can't stop a running query. Builds a condition that the query evaluates for every note. After the time limit,
   * the condition makes the query fail.
   */
  inTime?: (noteId: Expression<string>) => RawBuilder<SqlBool>;
};

export function searchTimeout(limitMs: number, cause: unknown): DomainError {
  const seconds = limitMs / 1_000;
  return new DomainError(
    "search_timeout",
    `The search took longer than ${seconds} seconds, so it was stopped. Request fewer notes, or try again when fewer people search.`,
    { cause },
  );
}
