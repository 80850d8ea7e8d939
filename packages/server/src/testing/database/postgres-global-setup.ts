import { mkdtemp } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { freePort } from "../../wiring/free-port.ts";
import { closedFolderAbove, loadEmbeddedPostgres } from "./embedded-postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of a PostgreSQL server on which the tests may create databases. */
    postgresUrl: string;
  }
}

/** Provides a PostgreSQL server for the tests: the server at TEST_DATABASE_URL, or a new server that runs until the end of the test run. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { url, stop } = await openPostgres();
  project.provide("postgresUrl", url);
  return stop;
}

type Server = { url: string; stop?: () => Promise<void> };

export async function openPostgres(): Promise<Server> {
  const given = process.env.TEST_DATABASE_URL;
  return given ? { url: given } : startPostgres();
}

async function startPostgres(): Promise<Server> {
  // PostgreSQL refuses to run as root, so it runs as another user.
  const isRoot = userInfo().uid === 0;
  const closed = isRoot ? closedFolderAbove(import.meta.filename) : undefined;
  if (closed !== undefined) {
    throw new Error(
      `You run the tests as root. Then PostgreSQL runs as another user, who can't enter ${closed}. Move the repository to a folder that all users can enter, such as /srv. Or set TEST_DATABASE_URL to a server on which the tests may create databases.`,
    );
  }
  const databaseDir = await mkdtemp(join(tmpdir(), "valetkey-postgres-"));
  const port = await freePort("127.0.0.1");
  const log: string[] = [];
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    persistent: false,
    createPostgresUser: isRoot,
    initdbFlags: ["--encoding=UTF8", "--no-sync"],
    // Test data may be lost in a crash of the machine.
    postgresFlags: [
      "fsync=off",
      "synchronous_commit=off",
      "full_page_writes=off",
      // A test database exists only for seconds, so JIT and autovacuum would not save time.
      "jit=off",
      "autovacuum=off",
      "max_connections=300",
      `unix_socket_directories=${databaseDir}`,
    ].flatMap((setting) => ["-c", setting]),
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    const remedy = "Set TEST_DATABASE_URL to a server on which the tests may create databases.";
    throw new Error(`PostgreSQL for the tests did not start. ${remedy}\n${log.join("")}`, { cause: error });
  }
  return { url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}
