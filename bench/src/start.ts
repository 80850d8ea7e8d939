import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import { startS3Local } from "@valetkey/s3-local";

const run = promisify(execFile);
const credentials = { accessKeyId: "bench", secretAccessKey: "only-for-benchmarks" };
const ROOT = resolve(import.meta.dirname, "../..");

/** Starts an embedding once, and prints the CPU time and the memory of the start. */
const PROGRAM = `
  const { createValetKey } = await import(process.env.ENTRY);
  const options = JSON.parse(process.env.OPTIONS);
  const before = [process.cpuUsage(), performance.now()];
  const files = await createValetKey({ ...options, user: () => null, resources: { item: { may: () => true } } });
  const cpu = process.cpuUsage(before[0]);
  const result = { cpuMs: (cpu.user + cpu.system) / 1e3, ms: performance.now() - before[1], mib: process.memoryUsage.rss() / 2 ** 20 };
  await files.close();
  const { DatabaseSync } = await import("node:sqlite");
  const count = "select count(*) as tables from sqlite_schema where type = 'table'";
  console.log(JSON.stringify({ ...result, tables: new DatabaseSync(options.database).prepare(count).get().tables }));`;

type Start = { cpuMs: number; ms: number; mib: number; tables: number };

/**
 * Starts an embedding on SQLite, with a new database and with an existing database, each in a new process. Flags: --rounds 5, --before
 * (other checkouts). Prints medians. The CPU time does not include the time to load the code.
 */
export async function runStart(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: "string", default: "5" }, before: { type: "string", multiple: true, default: [] } },
  });
  const folder = await mkdtemp(join(tmpdir(), "valetkey-bench-start-"));
  const bucket = await startS3Local({ dataDir: join(folder, "bucket"), credentials, buckets: ["files"] });
  try {
    console.log("| checkout | database | tables | CPU time | wall time | memory |\n|---|---|---|---|---|---|");
    for (const checkout of [...values.before, ROOT]) {
      const created: Start[] = [];
      const existing: Start[] = [];
      for (let round = 0; round < Number(values.rounds); round += 1) {
        const options = {
          bucket: { name: "files", region: "us-east-1", endpoint: bucket.endpoint, credentials },
          ...{ background: false, database: join(folder, `${crypto.randomUUID()}.db`) },
        };
        const entry = pathToFileURL(resolve(checkout, "packages/server/src/index.ts")).href;
        const env = { ...process.env, ENTRY: entry, OPTIONS: JSON.stringify(options) };
        for (const starts of [created, existing]) {
          const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", PROGRAM], { env });
          starts.push(JSON.parse(stdout) as Start);
        }
      }
      for (const [database, starts] of Object.entries({ new: created, existing })) {
        const median = (name: keyof Start) =>
          Math.round(starts.map((start) => start[name]).sort((a, b) => a - b)[starts.length >> 1] ?? 0);
        const figures = [median("tables"), `${median("cpuMs")} ms`, `${median("ms")} ms`, `${median("mib")} MiB`];
        console.log(`| ${[checkout, database, ...figures].join(" | ")} |`);
      }
    }
  } finally {
    await bucket.close({ withinMs: 0 });
    await rm(folder, { recursive: true, force: true });
  }
  return true;
}
