import { type Expression, type RawBuilder, type SqlBool, sql } from "kysely";

export type EngineName = "sqlite" | "postgres";

/** What the queries have to know of the engine they run on: as little as can be. */
export type Engine = {
  name: EngineName;
  /** A list of texts as one parameter, so that a statement's text does not depend on how many there are. */
  list(values: readonly string[]): unknown;
  /** `column` is one of the list, which is a parameter made by `list`. */
  isIn(column: Expression<string>, list: unknown): RawBuilder<SqlBool>;
  /** `column` has this text in it, character by character: unlike LIKE, which differs by engine and has special characters. */
  contains(column: Expression<string>, text: string): RawBuilder<SqlBool>;
};

// SQLite has no arrays: a JSON text is its way to pass a list.
export const sqliteEngine: Engine = {
  name: "sqlite",
  list: (values) => JSON.stringify(values),
  isIn: (column, list) => sql<SqlBool>`${column} in (select value from json_each(${list}))`,
  contains: (column, text) => sql<SqlBool>`instr(${column}, ${text}) > 0`,
};

export const postgresEngine: Engine = {
  name: "postgres",
  list: (values) => values,
  isIn: (column, list) => sql<SqlBool>`${column} = any(${list}::text[])`,
  contains: (column, text) => sql<SqlBool>`strpos(${column}, ${text}) > 0`,
};
