import { type ColumnDataType, type RawBuilder, sql } from "kysely";
import type { EngineName } from "../engine.ts";

type ColumnType = ColumnDataType | RawBuilder<unknown>;

/** The column types of one engine. */
export type ColumnTypes = { id: ColumnType; text: ColumnType; integer: ColumnType; bit: ColumnType };

const sqlite: ColumnTypes = { id: "text", text: "text", integer: "integer", bit: "integer" };

// Ids compare byte by byte, as SQLite does by itself: pages come in the same order on both engines, and comparing is faster.
const postgres: ColumnTypes = { id: sql`text collate "C"`, text: "text", integer: "bigint", bit: "smallint" };

export function columnTypesOf(engine: EngineName): ColumnTypes {
  return engine === "sqlite" ? sqlite : postgres;
}

/** What ends `create table` for rows that are found by their primary key. */
export function keyedTable(engine: EngineName): RawBuilder<unknown> {
  // SQLite: the row lives in the primary key's own tree, one descent instead of two. PostgreSQL has no such choice.
  return engine === "sqlite" ? sql`strict, without rowid` : sql``;
}

/** What ends `create table` for rows that may be long. */
export function plainTable(engine: EngineName): RawBuilder<unknown> {
  // SQLite checks column types only when told to; PostgreSQL always does.
  return engine === "sqlite" ? sql`strict` : sql``;
}
