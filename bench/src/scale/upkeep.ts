import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { type CandidateSpec, freePort, runCommand, serviceSpec, startCandidate } from "../rig/candidate.ts";
import { formatTable } from "../rig/report.ts";
import { openJobs, sqliteFileIn } from "../rig/service.ts";
import { fillBucket } from "./fill-bucket.ts";
import type { Request, Response, Subject, Verb } from "./verbs.ts";

/** Opens the background jobs on the data of a service. A request runs the job that its path names. */
export async function openSweeps({ env, directory }: CandidateSpec) {
  const { jobs, close } = await openJobs(env, directory);
  async function send({ path }: Request): Promise<Response> {
    const startedAt = performance.now();
    await jobs.get(path)?.();
    return { status: 200, json: undefined, milliseconds: performance.now() - startedAt };
  }
  const verbs = [...jobs.keys()].map((path): [string, Verb] => [`sweep: ${path}`, () => ({ method: "RUN", path })]);
  return { send, verbs, close };
}

type Load = (subject: Subject) => Promise<Request>;
type Upkeep = { part: string; source: string; directory: string; data: Subject["data"]; load: Load };
type Sender = (port: number) => Subject["send"];

/**
 * Measures garbage collection and backup of SQLite and the built-in bucket, while the service issues URLs on one connection. Returns the
 * rows of a table. `source`: the folder with the filled database.
 */
export async function measureUpkeep(
  { part, source, directory, data, load }: Upkeep,
  sender: Sender,
): Promise<string[][]> {
  const place = join(directory, `upkeep-${part}`);
  const spec = await builtIn(place);
  if (!existsSync(place)) {
    mkdirSync(place, { recursive: true });
    const database = new DatabaseSync(sqliteFileIn(source));
    database.prepare("vacuum into ?").run(sqliteFileIn(place));
    database.close();
    await (await startCandidate(spec)).stop();
    console.log(`made ${fillBucket(place)} objects in the built-in bucket`);
  }
  const candidate = await startCandidate(spec);
  const backup = join(directory, `backup-${part}`);
  rmSync(backup, { recursive: true, force: true });
  try {
    const rows: string[][] = [];
    for (const args of [
      ["gc", "--dry-run"],
      ["backup", backup],
      ["backup", backup],
    ]) {
      rmSync(join(place, "usage.json"), { force: true });
      const before = await candidate.usage();
      const running = { isOver: false };
      const times = loadUntil({ send: sender(candidate.port), data }, load, running);
      const command = await runCommand(spec, args).finally(() => {
        running.isOver = true;
      });
      const loaded = await times;
      const after = await candidate.usage();
      const objects = objectsOf(command.output);
      const perThousand = (microseconds: number) => (microseconds / objects).toFixed(1);
      const name = rows.length === 2 ? "backup again" : args[0];
      console.log(`${name}, ${objects} objects: ${command.seconds.toFixed(1)} s`);
      rows.push([
        `${name}, ${objects} objects`,
        command.seconds.toFixed(1),
        perThousand(command.cpuMicroseconds),
        perThousand(after.cpuMicroseconds - before.cpuMicroseconds),
        inMebibytes(command.peakRssBytes),
        inMebibytes(after.peakRssBytes),
        String(loaded.length),
        loaded[Math.ceil(0.99 * loaded.length) - 1]?.toFixed(1) ?? "",
        loaded.at(-1)?.toFixed(1) ?? "",
      ]);
    }
    return rows;
  } finally {
    await candidate.stop();
    rmSync(backup, { recursive: true, force: true });
  }
}

export function reportUpkeep(rows: readonly string[][]): void {
  const cpu = ["CPU ms / 1,000", "of the service"];
  const header = ["", "seconds", ...cpu, "peak MiB", "of the service", "URLs", "p99 ms", "slowest ms"];
  console.log(formatTable(header, rows));
}

/** Describes a service with SQLite and the built-in bucket, on fixed ports. */
async function builtIn(place: string): Promise<CandidateSpec> {
  const { env, ...spec } = serviceSpec("sqlite", { directory: place });
  const kept = Object.entries(env).filter(([name]) => !name.startsWith("AWS_"));
  return { ...spec, env: { ...Object.fromEntries(kept), S3_LOCAL_PORT: String(await freePort()) } };
}

/** The pause between two requests. Without this pause, the requests would use more CPU time of the service than the command. */
const PAUSE_MS = 25;

/** Sends requests until the command has ended. Returns their times in milliseconds, sorted. */
async function loadUntil(subject: Subject, load: Load, running: { isOver: boolean }): Promise<number[]> {
  const times: number[] = [];
  while (!running.isOver) {
    const { status, json, milliseconds } = await subject.send(await load(subject));
    if (status >= 400) throw new Error(`A request beside the command returned ${status}: ${JSON.stringify(json)}`);
    times.push(milliseconds);
    await sleep(PAUSE_MS);
  }
  return times.toSorted((a, b) => a - b);
}

/** Reads the number of objects from the last line that a command prints. */
function objectsOf(output: string): number {
  const [, known, copied] = /Of the other objects, (\d+) are known|files of the bucket: (\d+)/.exec(output) ?? [];
  return Number(known ?? copied);
}

const inMebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
