import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openAt } from "./database-location.ts";
import { SQLITE_TEMPLATE } from "./sqlite-template.ts";
import { runSql, SQLITE_FILE } from "./test-databases.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The name of a PostgreSQL database with the current schema. */
    postgresTemplate: string;
  }
}

/**
 * Migrates one database of each engine for the whole test run. The test databases are copies of the template databases, because a copy is
 * faster than the migrations. The setup needs the PostgreSQL server of `startTestPostgres`.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = project.getProvidedContext().postgresUrl;
  const sqliteDirectory = await mkdtemp(join(tmpdir(), "valetkey-template-"));
  const postgresName = `valetkey_template_${randomBytes(8).toString("hex")}`;
  await runSql(server, `create database ${postgresName}`);
  const url = new URL(server);
  url.pathname = `/${postgresName}`;
  for (const location of [{ file: join(sqliteDirectory, SQLITE_FILE) }, { url: url.href }]) {
    await (await openAt(location)).close();
  }
  project.provide("postgresTemplate", postgresName);
  process.env[SQLITE_TEMPLATE] = sqliteDirectory;
  return async () => {
    await runSql(server, `drop database if exists ${postgresName} with (force)`);
    await rm(sqliteDirectory, { recursive: true, force: true });
  };
}
