import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import type { DatabaseUser } from "../../platform/database/engine.ts";
import { openAt } from "./database-location.ts";
import { SQLITE_TEMPLATE } from "./sqlite-template.ts";
import { runSql, SQLITE_FILE } from "./test-databases.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The names of the PostgreSQL template databases: one with the schema of the service, and one with the schema of an embedding. */
    postgresTemplates: Record<DatabaseUser, string>;
  }
}

const USERS = ["service", "embedding"] as const satisfies DatabaseUser[];

/**
 * Migrates one template database for each engine and for each user of databases, once for the whole test run. The test databases are copies
 * of these templates, because a copy is faster than the migrations. Needs the PostgreSQL server of postgres-global-setup.ts.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = project.getProvidedContext().postgresUrl;
  const sqliteDirectory = await mkdtemp(join(tmpdir(), "valetkey-template-"));
  const prefix = `valetkey_template_${randomBytes(8).toString("hex")}`;
  const names = { service: `${prefix}_service`, embedding: `${prefix}_embedding` };
  for (const usedBy of USERS) {
    await runSql(server, `create database ${names[usedBy]}`);
    const url = new URL(server);
    url.pathname = `/${names[usedBy]}`;
    for (const location of [{ file: join(sqliteDirectory, usedBy, SQLITE_FILE) }, { url: url.href }]) {
      await (await openAt(location, { usedBy })).close();
    }
  }
  project.provide("postgresTemplates", names);
  process.env[SQLITE_TEMPLATE] = sqliteDirectory;
  return async () => {
    for (const usedBy of USERS) await runSql(server, `drop database if exists ${names[usedBy]} with (force)`);
    await rm(sqliteDirectory, { recursive: true, force: true });
  };
}
