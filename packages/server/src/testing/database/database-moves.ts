import { onTestFinished } from "vitest";
import type { DatabaseConfig } from "../../platform/config/index.ts";
import type { MoveProgress } from "../../platform/database/move/move.ts";
import { moveDatabase } from "../../wiring/move-database.ts";
import { fillSchema } from "./fill-schema.ts";
import { createTestPostgresDatabase, runSql, sqlite } from "./test-databases.ts";

/** Creates an empty database. `settings`: the collation or encoding of the database, as in `create database`. */
export async function emptyPostgres(settings?: string): Promise<Extract<DatabaseConfig, { kind: "postgres" }>> {
  const { url, remove } = await createTestPostgresDatabase();
  onTestFinished(remove);
  if (settings !== undefined) {
    const name = new URL(url).pathname.slice(1);
    const server = Object.assign(new URL(url), { pathname: "/postgres" }).href;
    await runSql(server, `drop database "${name}"`);
    await runSql(server, `create database "${name}" template template0 ${settings}`);
  }
  return { kind: "postgres", url, prepared: "auto" };
}

export const onFinding = () => undefined;

export async function newSqlite(
  { migrated } = { migrated: false },
): Promise<Extract<DatabaseConfig, { kind: "sqlite" }>> {
  const { location, remove } = await sqlite.createLocation({ migrated });
  onTestFinished(remove);
  return { kind: "sqlite", file: (location as { file: string }).file };
}

/** Makes a SQLite database with rows in each table. */
export async function filled() {
  const source = await newSqlite({ migrated: true });
  fillSchema(source.file);
  return source;
}

export function moveTo(
  source: DatabaseConfig,
  target: DatabaseConfig,
  onProgress: (progress: MoveProgress) => void = () => undefined,
) {
  return moveDatabase({ source, target, onFinding, onProgress });
}
