import { type AliasedRawBuilder, type Expression, type RawBuilder, type Selectable, type SqlBool, sql } from "kysely";
import type { Tables } from "./schema.ts";

export type EngineName = "sqlite" | "postgres";

/** The differences between the engines that queries depend on. */
export type Engine = {
  name: EngineName;
  /** Converts a list of texts to one parameter, so that the SQL is the same for a list of any length. */
  list(values: readonly string[]): unknown;
  /** Builds the condition that `column` is one of the texts of `list`, which must be a result of the method `list`. */
  isIn(column: Expression<string>, list: unknown): RawBuilder<SqlBool>;
  /**
   * Builds the condition that `column` contains exactly this text. The condition does not use LIKE, because LIKE differs between the
   * engines, and treats some characters as wildcards.
   */
  contains(column: Expression<string>, text: string): RawBuilder<SqlBool>;
  /** The table of notes, for a join by id. The join may read only the columns that a list of notes shows. */
  summaries: AliasedRawBuilder<Selectable<Tables["notes"]>, "notes">;
};

// SQLite has no arrays, so a list is a JSON text.
export const sqliteEngine: Engine = {
  name: "sqlite",
  list: (values) => JSON.stringify(values),
  isIn: (column, list) => sql<SqlBool>`${column} in (select value from json_each(${list}))`,
  contains: (column, text) => sql<SqlBool>`instr(${column}, ${text}) > 0`,
  // The query names the index. If the query did not name the index, SQLite would search by the primary key, and would read the whole row
  // with the body of the note.
  summaries: sql<Selectable<Tables["notes"]>>`notes`.as<"notes">(sql`notes indexed by notes_summary`),
};

export const postgresEngine: Engine = {
  name: "postgres",
  list: (values) => values,
  isIn: (column, list) => sql<SqlBool>`${column} = any(${list}::text[])`,
  contains: (column, text) => sql<SqlBool>`strpos(${column}, ${text}) > 0`,
  summaries: sql<Selectable<Tables["notes"]>>`notes`.as("notes"),
};
