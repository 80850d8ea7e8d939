import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "./free-port.ts";
import { commandPath } from "./selections.ts";

const NOBODY = 65_534;

export type PoolMode = {
  mode: "session" | "transaction" | "statement";
  /** The number of named prepared statements that PgBouncer manages for each server connection. 0: PgBouncer manages none. */
  preparedStatements: number;
  /** The maximum number of connections from PgBouncer to the PostgreSQL server. */
  size: number;
};

/** Starts PgBouncer in front of the PostgreSQL server of `databaseUrl`. Returns the URL of the database through PgBouncer. */
export async function startPgBouncer(
  databaseUrl: string,
  { mode, preparedStatements, size }: PoolMode,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = new URL(databaseUrl);
  const folder = await mkdtemp(join(tmpdir(), "valetkey-pgbouncer-"));
  const port = await freePort("127.0.0.1");
  const file = join(folder, "pgbouncer.ini");
  const password = server.password === "" ? [] : [`password=${server.password}`];
  const settings = [
    "[databases]",
    `* = ${[`host=${server.hostname}`, `port=${server.port || 5432}`, `user=${server.username}`, ...password].join(" ")}`,
    "[pgbouncer]",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = any",
    `pool_mode = ${mode}`,
    `max_prepared_statements = ${preparedStatements}`,
    `default_pool_size = ${size}`,
  ];
  await writeFile(file, `${settings.join("\n")}\n`);
  // PgBouncer refuses to run as root, so root starts it as another user, who must be able to read the configuration file.
  const isRoot = process.getuid?.() === 0;
  await chmod(folder, 0o755);
  const command = commandPath("pgbouncer", process.env) ?? "pgbouncer";
  const child = spawn(command, [file], {
    stdio: ["ignore", "ignore", "pipe"],
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  });
  const ended = once(child, "close");
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (line.includes("process up")) resolve();
    });
    ended.then(() => reject(new Error(`PgBouncer ended:\n${lines.join("\n")}`)), reject);
  });
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return {
    url: url.href,
    async stop() {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
