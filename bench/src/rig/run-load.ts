import { basename } from "node:path";
import { createSource, urlsOf, type WorkloadName } from "./calls.ts";
import { type Candidate, engines, startCandidate, type Usage } from "./candidate.ts";
import { createDataset } from "./dataset.ts";
import { createEnvironment, type Environment, type PreparedCandidate } from "./environment.ts";
import { type LoadGenerator, type LoadResult, startLoadGenerator } from "./load-generator.ts";
import { formatCount, median, medianRatio, readFlags } from "./report.ts";
import { checkSigned } from "./signed.ts";

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 3;

/** A turn whose server is not prepared yet. */
export type PlannedTurn = {
  name: string;
  workload: WorkloadName;
  prepare(environment: Environment): Promise<PreparedCandidate>;
  /** Prepares the server of another checkout. The flag `--before` repeats only turns with this function. */
  before?(environment: Environment, checkout: string): Promise<PreparedCandidate>;
};

/** A workload, and the server that receives its requests. In a round, one server may get several turns. */
type Turn = { name: string; workload: WorkloadName; server: PreparedCandidate };

export type Measured = Turn & {
  /** `cpuMicroseconds`: the CPU time of all threads of the server, divided by the requests of the turn. */
  rounds: (LoadResult & { cpuMicroseconds: number })[];
  usage: Usage;
  /** The number of responses with 200 or 201 since the start, including verification and warm-up. */
  okResponses: number;
  /** The number of responses under load with another status than 200 or 201. If `otherResponses` is not 0, the run fails. */
  otherResponses: number;
};

type LoadBenchmark = {
  title: string;
  turns: readonly PlannedTurn[];
  /** Called before each round, while all servers are idle. */
  beforeRound?(): Promise<void>;
  /** Prints the table and the goals. Returns whether all goals were met. */
  report(measured: readonly Measured[]): boolean;
};

/** Returns the turns of the service for a workload, one for each database engine. */
export function serviceTurns(workload: WorkloadName, prefix = `${workload} `): PlannedTurn[] {
  return engines.map((engine) => ({
    name: `${prefix}valetkey/${engine}`,
    workload,
    prepare: (environment) => environment.service(engine),
    before: (environment, checkout) => environment.before(engine, checkout),
  }));
}

/** Returns the turns of a benchmark server, one for each database engine. */
export function ownTurns(server: "bare" | "embedding", workload: WorkloadName, prefix: string): PlannedTurn[] {
  return engines.map((engine) => ({
    name: `${prefix}${server}/${engine}`,
    workload,
    prepare: (environment) => environment[server](engine),
  }));
}

export const articleTurn: PlannedTurn = {
  name: "url article",
  workload: "url",
  prepare: (environment) => environment.article(),
};

/** Measures servers under load, and compares their audit logs with the returned URLs. */
export async function runLoad(args: readonly string[], benchmark: LoadBenchmark): Promise<boolean> {
  const { rounds, seconds, only, before } = readFlags(args, { rounds: "5", seconds: "5", only: "", before: "" });
  const chosen = benchmark.turns.filter(({ name }) => only.split(",").some((part) => name.includes(part)));
  const checkouts = before.split(",").filter(Boolean);
  const planned = [...chosen, ...checkouts.flatMap((checkout) => turnsBefore(chosen, checkout))];
  const dataset = createDataset();
  const environment = await createEnvironment(dataset);
  const load = await startLoadGenerator();
  try {
    const about = `${CONNECTIONS} connections, Node ${process.versions.node}, ${environment.description}`;
    console.log(`${benchmark.title}, ${about}`);
    const turns: Turn[] = [];
    for (const { prepare, ...turn } of planned) turns.push({ ...turn, server: await prepare(environment) });
    const source = await createSource(dataset);
    const measured = await measureRounds(turns, {
      load,
      rounds: Number(rounds),
      seconds: Number(seconds),
      verify: ({ workload }, { port }) => checkSigned(port, workload, source),
      beforeRound: async () => benchmark.beforeRound?.(),
    });
    const isMet = benchmark.report(measured);
    for (const { name, otherResponses } of measured) {
      if (otherResponses > 0) throw new Error(`${name} refused ${otherResponses} requests`);
    }
    await checkAuditedUrls(measured);
    return isMet;
  } finally {
    load.stop();
    await environment.close();
  }
}

/** Returns the turns for the servers of another checkout, such as an earlier version. */
function turnsBefore(turns: readonly PlannedTurn[], checkout: string): PlannedTurn[] {
  return turns.flatMap(({ name, workload, before }) => {
    if (before === undefined) return [];
    const prepare = (environment: Environment) => before(environment, checkout);
    return [{ name: name.replace("valetkey", basename(checkout)), workload, prepare }];
  });
}

type Plan = {
  load: LoadGenerator;
  rounds: number;
  seconds: number;
  verify(turn: Turn, candidate: Candidate): Promise<number>;
  beforeRound(): Promise<void>;
};
type Entry = { candidate: Candidate; measured: Measured };

/**
 * Runs all turns in each round, so that a slow phase of the machine affects all turns. Between its turns, a server continues to run, but is
 * idle.
 */
async function measureRounds(turns: readonly Turn[], plan: Plan): Promise<Measured[]> {
  const candidates = new Map<PreparedCandidate, Candidate>();
  let endedCleanly = false;
  let entries: Entry[] = [];
  try {
    for (const { server } of turns) {
      if (!candidates.has(server)) candidates.set(server, await startCandidate(server.spec));
    }
    entries = turns.map((turn) => createEntry(turn, candidates.get(turn.server) as Candidate));
    for (const { candidate, measured } of entries) measured.okResponses += await plan.verify(measured, candidate);
    for (const entry of entries) await drive(entry, { load: plan.load, seconds: WARM_UP_SECONDS });
    for (let round = 0; round < plan.rounds; round++) {
      await plan.beforeRound();
      // Each round begins with another turn, because the work before a round slows down the first turn.
      const first = round % entries.length;
      for (const entry of [...entries.slice(first), ...entries.slice(0, first)]) {
        entry.measured.rounds.push(await drive(entry, plan));
      }
    }
    for (const { candidate, measured } of entries) measured.usage = await candidate.usage();
  } finally {
    endedCleanly = await stopAll([...candidates.values()]);
  }
  if (!endedCleanly) throw new Error("A server did not end cleanly.");
  return entries.map(({ measured }) => measured);
}

function createEntry(turn: Turn, candidate: Candidate): Entry {
  const usage = { rssBytes: Number.NaN, peakRssBytes: Number.NaN, cpuMicroseconds: Number.NaN };
  return { candidate, measured: { ...turn, rounds: [], usage, okResponses: 0, otherResponses: 0 } };
}

/**
 * Stops all servers gracefully, so that each server finishes the writes to its audit log. Returns whether all servers exited with code 0.
 */
async function stopAll(candidates: readonly Candidate[]): Promise<boolean> {
  const outcomes = await Promise.allSettled(candidates.map((candidate) => candidate.stop()));
  for (const outcome of outcomes) if (outcome.status === "rejected") console.error(outcome.reason);
  return outcomes.every(({ status }) => status === "fulfilled");
}

async function drive({ candidate, measured }: Entry, { load, seconds }: Pick<Plan, "load" | "seconds">) {
  const { workload, server } = measured;
  const turn = { workload, port: candidate.port, connections: CONNECTIONS, seconds };
  await load.prepare(turn);
  const since = Date.now();
  const before = await candidate.usage();
  const result = await load.drive(turn);
  const spent = (await candidate.usage()).cpuMicroseconds - before.cpuMicroseconds;
  if (workload.endsWith("start")) await server.endUploads?.({ since });
  let responses = 0;
  for (const [status, number] of Object.entries(result.responses)) {
    responses += number;
    if (status === "200" || status === "201") measured.okResponses += number;
    else measured.otherResponses += number;
  }
  return { ...result, cpuMicroseconds: spent / responses };
}

/** Throws unless each audit log has exactly the URLs that the clients received. */
async function checkAuditedUrls(measured: readonly Measured[]): Promise<void> {
  const returned = new Map<PreparedCandidate, number>();
  for (const { server, workload, okResponses } of measured) {
    returned.set(server, (returned.get(server) ?? 0) + okResponses * (urlsOf[workload] ?? 0));
  }
  for (const [{ spec, readAuditedUrls: read }, expected] of returned) {
    if (read === undefined) continue;
    const { events, urls } = await read();
    if (urls !== expected) throw new Error(`${spec.name} returned ${expected} URLs, but its audit log has ${urls}`);
    const counted = `${formatCount(events)} events for ${formatCount(urls)} URLs`;
    console.log(`audit of ${spec.name}: ${counted}, as many as the clients received`);
  }
}

export function throughputs({ rounds }: Measured): number[] {
  return rounds.map(({ requestsPerSecond }) => requestsPerSecond);
}

export function throughput(measured: Measured): number {
  return median(throughputs(measured));
}

/** Divides the throughput of `measured` by the throughput of `base` in each round, and returns the median of the ratios. */
export function throughputRatio(measured: Measured, base: Measured): number {
  return medianRatio(throughputs(measured), throughputs(base));
}

/** The columns that all load benchmarks print. */
export const LOAD_HEADER = ["p50 ms", "p99 ms", "CPU us/request", "RSS MiB", "generator CPU"];
export function loadCells({ rounds, usage }: Measured): string[] {
  return [
    median(rounds.map((round) => round.p50Milliseconds)).toFixed(1),
    median(rounds.map((round) => round.p99Milliseconds)).toFixed(1),
    median(rounds.map((round) => round.cpuMicroseconds)).toFixed(0),
    (usage.rssBytes / 2 ** 20).toFixed(0),
    `${(100 * median(rounds.map((round) => round.generatorCpuShare))).toFixed(0)} %`,
  ];
}
