import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type AttackName, attacks, SLOW_SEARCH, type Target } from "./hostile/attacks.ts";
import { type Candidate, startCandidate } from "./rig/candidate.ts";
import { type Engine, engines, serviceSpec } from "./rig/candidate-specs.ts";
import { type Postgres, startPostgres } from "./rig/postgres.ts";
import { readFlags } from "./rig/read-flags.ts";
import { createScratch } from "./rig/scratch-directory.ts";
import { formatCount, formatTable, reportResult } from "./rig/table.ts";
import { createToken } from "./rig/token.ts";

const GOAL_MS = 100;
const NOTES = 200;
const NOTE_CHARACTERS = 200_000;
const POLL_MS = 20;
/** The benchmark aborts a poll after this time, and counts the poll as this time. */
const POLL_TIMEOUT_MS = 30_000;
const MIB = 2 ** 20;

type Row = { attack: AttackName; polls: number; worstMs: number; rssBytes: number; otherSearchMs: number | undefined };

/**
 * Measures the slowest GET /healthz while hostile clients attack the service in different ways, on each engine.
 *
 * Flags: --seconds 6, --only sqlite, --attack uploads, --service <cli.ts of another checkout>. Returns whether all goals were met.
 */
export async function runHostile(args: readonly string[]): Promise<boolean> {
  const { seconds, only, attack, service } = readFlags(args, { seconds: "6", only: "", attack: "", service: "" });
  const scratch = await createScratch();
  let postgres: Postgres | undefined;
  const results: boolean[] = [];
  try {
    for (const engine of engines) {
      if (!engine.includes(only)) continue;
      if (engine === "postgres") postgres = await startPostgres(scratch.path);
      const url = engine === "postgres" ? await postgres?.createDatabase("hostile") : undefined;
      const place = { directory: scratch.path, ...(url !== undefined && { url }) };
      const spec = serviceSpec(engine, place);
      const candidate = await startCandidate(service === "" ? spec : { ...spec, entry: pathToFileURL(service) });
      try {
        results.push(await measureEngine(candidate, { engine, seconds: Number(seconds), only: attack }));
      } finally {
        await candidate.stop().catch((error: unknown) => console.error(error));
      }
    }
  } finally {
    await postgres?.stop();
    await scratch.remove();
  }
  return results.every(Boolean);
}

async function measureEngine(
  candidate: Candidate,
  { engine, seconds, only }: { engine: Engine; seconds: number; only: string },
): Promise<boolean> {
  const target = await seed(candidate.port);
  const rows: Row[] = [];
  for (const attack of Object.keys(attacks) as AttackName[]) {
    if (!attack.includes(only)) continue;
    const row = await measureAttack(candidate, { attack, target, seconds });
    // Prints each result immediately, because a later attack may block the service forever. In this case, no table is printed.
    console.log(`${attack}: worst /healthz ${row.worstMs.toFixed(0)} ms`);
    rows.push(row);
    await untilCalm(candidate.port);
  }
  console.log(`hostile: ${NOTES} notes of ${formatCount(NOTE_CHARACTERS)} characters, on ${engine}`);
  const cells = rows.map(({ attack, polls, worstMs, rssBytes, otherSearchMs }) => [
    attack,
    String(polls),
    worstMs.toFixed(0),
    (rssBytes / MIB).toFixed(0),
    otherSearchMs?.toFixed(0) ?? "",
  ]);
  const header = ["ten hostile clients", "polls", "worst /healthz ms", "RSS MiB", "another's search ms"];
  console.log(formatTable(header, cells));
  const worst = Math.max(...rows.map(({ worstMs }) => worstMs));
  return reportResult(worst < GOAL_MS, `${engine}, worst /healthz: ${worst.toFixed(0)} ms (goal: under ${GOAL_MS} ms)`);
}

/** Creates the notes over HTTP, because with `--service`, the service may have another database schema. */
async function seed(port: number): Promise<Target> {
  const token = await createToken("attacker");
  // The text has no letter b, so SLOW_SEARCH, which has a b, finds no note.
  const body = JSON.stringify({ title: "Note", body: "a".repeat(NOTE_CHARACTERS) });
  let noteId = "";
  for (let nth = 0; nth < NOTES; nth += 1) {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(`http://127.0.0.1:${port}/notes`, { method: "POST", headers, body });
    noteId = ((await response.json()) as { id: string }).id;
  }
  return { port, token, noteId };
}

async function measureAttack(
  { port, usage }: Candidate,
  { attack, target, seconds }: { attack: AttackName; target: Target; seconds: number },
): Promise<Row> {
  const entry = new URL("./hostile/attack-process.ts", import.meta.url);
  const attackers = fork(entry, [attack, JSON.stringify(target)]);
  await once(attackers, "message");
  const otherSearch = attack === "search" ? timeSearch(port) : undefined;
  const deadline = performance.now() + seconds * 1_000;
  const times: number[] = [];
  let rssBytes = 0;
  while (performance.now() < deadline) {
    times.push(await timeHealth(port));
    await sleep(POLL_MS);
  }
  rssBytes = (await usage()).rssBytes;
  const otherSearchMs = await otherSearch;
  attackers.kill("SIGKILL");
  await once(attackers, "exit");
  return { attack, polls: times.length, worstMs: Math.max(...times), rssBytes, otherSearchMs };
}

async function timeHealth(port: number): Promise<number> {
  const start = performance.now();
  await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(POLL_TIMEOUT_MS) })
    .then((response) => response.arrayBuffer())
    .catch(() => undefined);
  return performance.now() - start;
}

/** Measures how long one search takes for another user, who has no notes. Milliseconds. */
async function timeSearch(port: number): Promise<number> {
  const headers = { authorization: `Bearer ${await createToken("another")}` };
  const start = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/notes?q=${SLOW_SEARCH}`, { headers });
  await response.arrayBuffer();
  return performance.now() - start;
}

/** Waits until the service has finished the requests of the last attack, and responds fast again. */
async function untilCalm(port: number): Promise<void> {
  for (let calm = 0; calm < 10; ) {
    calm = (await timeHealth(port)) < GOAL_MS / 2 ? calm + 1 : 0;
    await sleep(POLL_MS);
  }
}
