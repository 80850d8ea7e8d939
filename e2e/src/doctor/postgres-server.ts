import { mkdtemp } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { loadEmbeddedPostgres } from "../../../packages/server/src/testing/database/embedded-postgres.ts";
import { freePort } from "../testing/free-port.ts";

/**
 * Starts a PostgreSQL server with these settings. The server of the other tests does not flush its commits, which the doctor reports as
 * a fault.
 */
export async function startPostgresServer(
  settings: readonly string[],
): Promise<{ url: string; stop(): Promise<void> }> {
  const databaseDir = await mkdtemp(join(tmpdir(), "valetkey-postgres-"));
  const port = await freePort("127.0.0.1");
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    persistent: false,
    // PostgreSQL refuses to run as root, so root creates another user for it.
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync"],
    postgresFlags: [`unix_socket_directories=${databaseDir}`, ...settings].flatMap((setting) => ["-c", setting]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  return { url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}
