import { type ColumnDataType, type RawBuilder, sql } from "kysely";
import type { EngineName } from "../engine.ts";

type ColumnType = ColumnDataType | RawBuilder<unknown>;

/** The column types of one engine. */
export type ColumnTypes = { id: ColumnType; text: ColumnType; integer: ColumnType; bit: ColumnType };

const sqlite: ColumnTypes = { id: "text", text: "text", integer: "integer", bit: "integer" };

// With this collation, PostgreSQL compares ids byte by byte, as SQLite does. So the pages of a list have the same order on both engines,
// and comparisons are faster.
const postgres: ColumnTypes = { id: sql`text collate "C"`, text: "text", integer: "bigint", bit: "smallint" };

export function columnTypesOf(engine: EngineName): ColumnTypes {
  return engine === "sqlite" ? sqlite : postgres;
}

/** Returns the end of `create table`, for a table whose rows are found by primary key. */
export function keyedTable(engine: EngineName): RawBuilder<unknown> {
  // With `without rowid`, SQLite stores each row in the tree of the primary key, so it finds a row with one search. PostgreSQL has no such
  // option.
  return engine === "sqlite" ? sql`strict, without rowid` : sql``;
}

/** Returns the end of `create table`, for a table whose rows may be long. */
export function plainTable(engine: EngineName): RawBuilder<unknown> {
  // SQLite checks column types only in strict tables. PostgreSQL always checks them.
  return engine === "sqlite" ? sql`strict` : sql``;
}
