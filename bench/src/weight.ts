import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startS3Local } from "@valetkey/s3-local";
import build from "../../e2e/src/testing/build.ts";
import { stage } from "../../release/stage.ts";
import { startPostgres } from "./rig/postgres.ts";
import { readFlags } from "./rig/read-flags.ts";
import { createScratch } from "./rig/scratch-directory.ts";
import { median, medianRatio } from "./rig/statistics.ts";
import { formatTable, reportResult } from "./rig/table.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const PROGRAMS = { command: "packages/valetkey/bin/valetkey.js", sources: "packages/server/src/cli.ts" };
const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
/** Linux counts CPU time in hundredths of a second. */
const TICKS_PER_SECOND = 100;
/** After this time from its first response, a service has finished its start and is idle. Milliseconds. */
const IDLE_AFTER_MS = 5_000;
const GOALS = { startRatio: 0.5, idleMiB: 130, installMB: 110, packages: 130 };
const run = promisify(execFile);

type Start = { cpuSeconds: number; idleMiB: number };

/**
 * Measures the CPU time of a start until the first response with 200, the idle memory, and the size of a production install. Needs Linux.
 *
 * Flags: --rounds 5. Returns whether every goal was met.
 */
export async function runWeight(args: readonly string[]): Promise<boolean> {
  const rounds = Number(readFlags(args, { rounds: "5" }).rounds);
  build();
  const scratch = await createScratch();
  const bucket = await startS3Local({
    dataDir: join(scratch.path, "bucket"),
    credentials: CREDENTIALS,
    buckets: ["files"],
  });
  const external = {
    AWS_BUCKET_NAME: "files",
    S3_ENDPOINT: bucket.endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AUTH_SECRET: randomBytes(32).toString("base64"),
  };
  const postgres = await startPostgres(scratch.path);
  // The settings with which the container image runs the service.
  const image = { ...external, DATABASE_URL: await postgres.createDatabase("weight"), MALLOC_ARENA_MAX: "2" };
  const kinds = {
    "sources, embedded bucket": { program: PROGRAMS.sources, env: {} },
    "command, embedded bucket": { program: PROGRAMS.command, env: {} },
    "command, bucket elsewhere": { program: PROGRAMS.command, env: external },
    "command as in the image, PostgreSQL, bucket elsewhere": { program: PROGRAMS.command, env: image },
  };
  console.log(`weight: Node ${process.versions.node}, ${rounds} rounds`);
  try {
    const starts = new Map<string, Start[]>(Object.keys(kinds).map((name) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      for (const [name, { program, env }] of Object.entries(kinds)) {
        const started = await measureStart(program, { env, directory: join(scratch.path, `${name}-${round}`) });
        // The first round does not count, because it fills the compile cache of Node.
        if (round > 0) starts.get(name)?.push(started);
      }
    }
    return [reportStarts(starts), await reportInstall(join(scratch.path, "install"))].every(Boolean);
  } finally {
    await bucket.close();
    await postgres.stop();
    await scratch.remove();
  }
}

async function measureStart(
  program: string,
  { env, directory }: { env: Record<string, string>; directory: string },
): Promise<Start> {
  await mkdir(directory);
  const child = spawn(process.execPath, [join(ROOT, program), "start"], {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, PORT: "0", S3_LOCAL_PORT: "0", HOST: "127.0.0.1", ...env },
  });
  const exited = once(child, "exit");
  const url = await firstUrl(child);
  const { ok } = await fetch(`${url}/healthz`);
  if (!ok) throw new Error(`${program} does not respond with 200`);
  const cpuSeconds = await cpuSecondsOf(child.pid ?? 0);
  await sleep(IDLE_AFTER_MS);
  const idleMiB = await residentMiB(child.pid ?? 0);
  child.kill("SIGTERM");
  await exited;
  return { cpuSeconds, idleMiB };
}

async function firstUrl({ stdout, stderr }: ReturnType<typeof spawn>): Promise<string> {
  const found = Promise.withResolvers<string>();
  const lines: string[] = [];
  for (const input of [stdout, stderr]) {
    if (input === null) continue;
    const reader = createInterface({ input });
    reader.on("line", (line) => {
      lines.push(line);
      const [, url] = /listens on (\S+)/.exec(line) ?? [];
      if (url !== undefined) found.resolve(url);
    });
    reader.on("close", () => found.reject(new Error(`The service did not start:\n${lines.join("\n")}`)));
  }
  return found.promise;
}

async function cpuSecondsOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ").at(-1)?.split(" ") ?? [];
  // The CPU times in user and system mode (fields 14 and 15 in proc(5)).
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function residentMiB(pid: number): Promise<number> {
  const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) / 1024;
}

function reportStarts(starts: Map<string, Start[]>): boolean {
  const cpu = (name: string) => (starts.get(name) ?? []).map(({ cpuSeconds }) => cpuSeconds);
  const idle = (name: string) => median((starts.get(name) ?? []).map(({ idleMiB }) => idleMiB));
  const rows = [...starts.keys()].map((name) => [name, median(cpu(name)).toFixed(2), idle(name).toFixed(0)]);
  console.log(formatTable(["", "CPU s to the first 200", "idle MiB"], rows));
  const ratio = medianRatio(cpu("command, embedded bucket"), cpu("sources, embedded bucket"));
  const memory = {
    embedded: idle("command, embedded bucket"),
    production: idle("command as in the image, PostgreSQL, bucket elsewhere"),
  };
  return [
    reportResult(ratio <= GOALS.startRatio, `start: ${ratio.toFixed(2)} of the sources (goal: ${GOALS.startRatio})`),
    ...Object.entries(memory).map(([name, mib]) =>
      reportResult(mib < GOALS.idleMiB, `idle, ${name}: ${mib.toFixed(0)} MiB (goal: under ${GOALS.idleMiB})`),
    ),
  ].every(Boolean);
}

/** Installs the published command into an empty folder. Returns whether its size and its number of packages meet the goals. */
async function reportInstall(folder: string): Promise<boolean> {
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), "{}");
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: await stage("valetkey"),
  });
  await run("npm", ["install", "--no-audit", "--no-fund", `./${JSON.parse(stdout)[0].filename}`], { cwd: folder });
  const root = join(folder, "node_modules");
  const packages = Object.keys(JSON.parse(await readFile(join(root, ".package-lock.json"), "utf8")).packages).length;
  const megabytes = (await bytesIn(root)) / 1e6;
  return [
    reportResult(megabytes < GOALS.installMB, `install: ${megabytes.toFixed(1)} MB (goal: under ${GOALS.installMB})`),
    reportResult(packages <= GOALS.packages, `install: ${packages} packages (goal: at most ${GOALS.packages})`),
  ].every(Boolean);
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
