import type { Kysely } from "kysely";
import type { DatabaseUser, EngineName } from "../engine.ts";
import type { Tables } from "../schema.ts";
import { createInitialSchema } from "./0200-initial-schema.ts";

/**
 * The migrations by their names. `isRequired`: whether versions without this migration must refuse the database, for example because the
 * migration removes a part of the schema (ADR 2). Default: false.
 */
export type Migrations = Readonly<Record<string, { up(db: Kysely<Tables>): Promise<void>; isRequired?: boolean }>>;

const FIRST = "0200-initial-schema";

/** Why version 0.1.0 and later versions refuse the data of a preview, and what helps. */
export const MADE_BY_PREVIEW =
  "was made by a preview of Valet Key before 0.1.0. The last commit that opens it is 1fd9a86639b93e1fd338f17626a60deb7ead41a9. Use that commit to download your files, and start this version with a new database and a new DATA_DIR.";

/** Whether a migration is from a preview before 0.1.0. */
export function isOfPreview(migration: string): boolean {
  return migration < FIRST;
}

/**
 * Returns all migrations. Migrations run in the order of their names. A released migration must never be edited. The database of an
 * embedding lacks the tables of the service, so a migration of such a table must do nothing for an embedding.
 */
export function migrationsFor(engine: EngineName, usedBy: DatabaseUser = "service"): Migrations {
  return { [FIRST]: { up: (db) => createInitialSchema(db, { engine, usedBy }), isRequired: true } };
}
