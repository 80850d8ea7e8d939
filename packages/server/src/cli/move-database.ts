import { join } from "node:path";
import { Command } from "commander";
import type { Finding } from "../operations/doctor/finding.ts";
import { loadConfigWithoutSecrets } from "../platform/config/index.ts";
import type { MovedRows, MoveProgress } from "../platform/database/move/move.ts";

const PROGRESS_EVERY_MS = 2_000;

/** `valetkey move database` copies the database to another engine while the service is stopped. */
export function moveDatabaseCommand(): Command {
  return new Command("database")
    .description("copy the stopped service's database from SQLite to PostgreSQL, or back. The source does not change")
    .requiredOption("--to <database>", "an empty PostgreSQL database as a postgres:// URL, or `sqlite`, or a new file")
    .option("--dry-run", "only count the rows of each table, and check the target", false)
    .option("--json", "print progress and result as JSON lines", false)
    .action(runMove);
}

async function runMove({ to, dryRun, json }: { to: string; dryRun: boolean; json: boolean }): Promise<void> {
  // The import is dynamic, because only a database move needs the library for COPY.
  const { moveDatabase, parseDatabase, previewMove } = await import("../wiring/move-database.ts");
  const config = loadConfigWithoutSecrets();
  const target = parseDatabase(to, config);
  const print = (line: object, text: string) => void process.stdout.write(`${json ? JSON.stringify(line) : text}\n`);
  // The doctor checks the target twice, so the same finding can appear twice.
  const found = new Set<string>();
  const sides = {
    source: config.database,
    target,
    onFinding({ id, severity, title, detail }: Finding) {
      if (!found.has(id)) process.stderr.write(`${severity.toUpperCase()}: ${title}. ${detail}\n`);
      found.add(id);
    },
  };
  if (dryRun) {
    for (const { table, rows } of await previewMove(sides)) print({ table, rows }, `${table}  ${count(rows)}`);
    return;
  }
  const startedAt = performance.now();
  const write = progressWriter({ json, startedAt });
  let hasBegun = false;
  const onProgress = (progress: MoveProgress) => {
    hasBegun = true;
    write(progress);
  };
  const moved = await moveDatabase({ ...sides, onProgress }).catch((error) => {
    const failed = "The move failed. The source is unchanged, and no service starts on an incomplete target.\n";
    if (hasBegun) process.stderr.write(failed);
    throw error;
  });
  for (const row of moved) print({ event: "table", ...row }, describeTable(row));
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  const rows = moved.reduce((sum, each) => sum + each.rows, 0);
  const nextSteps = target.kind === "postgres" ? stepsToPostgres(config) : stepsToSqlite(target.file, config);
  const summary = `Moved and verified ${count(rows)} rows of ${moved.length} tables in ${seconds} seconds.`;
  print(
    { event: "done", tables: moved.length, rows, seconds, nextSteps },
    [summary, "Next:", ...nextSteps.map((step, nth) => `${nth + 1}. ${step}`)].join("\n"),
  );
}

function describeTable({ table, rows, sha256 }: MovedRows): string {
  return `${table}  ${count(rows)} rows  ${sha256.slice(0, 16)}`;
}

function count(rows: number): string {
  return rows.toLocaleString("en-US");
}

/** Returns a function that writes the progress every two seconds, and at each new step. */
function progressWriter({ json, startedAt }: { json: boolean; startedAt: number }): (progress: MoveProgress) => void {
  let writtenAt = 0;
  let lastStep = "";
  return ({ step, table, done, total }) => {
    const now = performance.now();
    if (now - writtenAt < PROGRESS_EVERY_MS && (step === lastStep || step !== "index")) return;
    writtenAt = now;
    lastStep = step;
    const rowsPerSecond = Math.round(done / ((now - startedAt) / 1_000));
    const secondsLeft = Math.ceil((total - done) / Math.max(1, rowsPerSecond));
    if (json) {
      process.stdout.write(
        `${JSON.stringify({ event: "progress", step, table, done, total, rowsPerSecond, secondsLeft })}\n`,
      );
    } else if (step === "index") {
      process.stderr.write(
        "All rows are verified. Creating the indexes. This takes up to a minute for a million rows.\n",
      );
    } else {
      const percent = Math.floor((100 * done) / Math.max(1, total));
      process.stderr.write(
        `${percent} %  ${step} ${table}  ${count(done)} of ${count(total)} row steps  ${count(rowsPerSecond)}/s  ${secondsLeft} s left\n`,
      );
    }
  };
}

type Config = ReturnType<typeof loadConfigWithoutSecrets>;

function stepsToPostgres({ database, server, given }: Config): string[] {
  const file = database.kind === "sqlite" ? database.file : "";
  const secret = `Set AUTH_SECRET to the value of authSecret in ${join(server.dataDir, "secrets.json")}. With another secret, sessions and links end.`;
  return [
    "Set DATABASE_URL to the new database.",
    ...(given.includes("AUTH_SECRET") ? [] : [secret]),
    `Keep DATA_DIR: ${server.dataDir} still has the built-in bucket and the archives of old events.`,
    "Start the service, and run `valetkey doctor`. Searches are slow until the service has filled their index, and can fail for people with many notes. For a million files, this can take hours.",
    `Rename ${file}, so that no service starts with the old data. Delete it after your first backup of PostgreSQL.`,
  ];
}

function stepsToSqlite(file: string, { server }: Config): string[] {
  const used = join(server.dataDir, "valetkey.db");
  return [
    "Remove DATABASE_URL and WORKERS. Leave AUTH_SECRET as it is.",
    ...(file === used ? [] : [`A service uses the file valetkey.db in DATA_DIR. Move ${file} there.`]),
    "Start the service, and run `valetkey doctor`. Searches are slow until the service has filled their index, and can fail for people with many notes. For a million files, this can take hours.",
    "Keep the PostgreSQL database until your first backup of the new one. Let no service write to it.",
  ];
}
