import { basename } from "node:path";
import type { Candidate } from "./candidate.ts";
import { type Engine, engines } from "./candidate-specs.ts";
import { checkAuditedUrls } from "./check-audited-urls.ts";
import { createDataset, type Dataset } from "./dataset.ts";
import { createEnvironment, type Environment, type PreparedCandidate } from "./environment.ts";
import { createFlushes, type Flushes } from "./flushes.ts";
import { startLoadGenerator } from "./load-generator.ts";
import { type Measured, measureRounds, type Turn } from "./measure-rounds.ts";
import { readFlags } from "./read-flags.ts";
import { median } from "./statistics.ts";
import { verifyService } from "./verify-service.ts";
import type { WorkloadName } from "./workload.ts";

const WARM_UP_SECONDS = 3;

/** A turn whose server is not yet prepared. */
export type PlannedTurn = {
  name: string;
  workload: WorkloadName;
  prepare(environment: Environment): Promise<PreparedCandidate>;
  /** The database engine, if the server is the service. `--before` repeats such a turn with other checkouts of the service. */
  engine?: Engine;
};

type LoadBenchmark = {
  title: string;
  connections: number;
  turns: readonly PlannedTurn[];
  /** Whether the benchmark starts a bucket that the service can reach. Default: false. */
  hasBucket?: boolean;
  /**
   * Checks that a started server works. Returns the number of its responses with 200 or 201. Default: `verifyService`.
   */
  verify?(turn: Turn, to: { candidate: Candidate; dataset: Dataset }): Promise<number>;
  printTable(measured: readonly Measured[], flushes: Flushes): void;
  /** Returns whether all goals were met. */
  reportGoals(measured: readonly Measured[]): boolean;
};

/** Returns the turns in which the service gets a workload, one turn for each database engine. */
export function serviceTurns(workload: WorkloadName, prefix = ""): PlannedTurn[] {
  return engines.map((engine) => ({
    name: `${prefix}valetkey/${engine}`,
    workload,
    engine,
    prepare: (environment) => environment.service(engine),
  }));
}

/** Returns the turns of an application that embeds Valet Key, one turn for each database engine. */
export function embeddedTurns(workload: "embedded-url" | "embedded-start", prefix: string): PlannedTurn[] {
  return engines.map((engine) => ({
    name: `${prefix}embedded/${engine}`,
    workload,
    prepare: (environment) => environment.embedded(engine),
  }));
}

/** Returns the turns of the hot path that is written by hand, one turn for each database engine. */
export function bareTurns(prefix = ""): PlannedTurn[] {
  return engines.map((engine) => ({
    name: `${prefix}bare/${engine}`,
    workload: "url",
    prepare: (environment) => environment.bare(engine),
  }));
}

/** Measures servers under load and compares their audit logs with the URLs that they returned. */
export async function runLoad(args: readonly string[], benchmark: LoadBenchmark): Promise<boolean> {
  const { title, connections, verify = verifyService, hasBucket = false } = benchmark;
  const { rounds, seconds, only, before } = readFlags(args, { rounds: "5", seconds: "5", only: "", before: "" });
  const chosen = benchmark.turns.filter(({ name }) => only.split(",").some((part) => name.includes(part)));
  const planned = [
    ...chosen,
    ...before
      .split(",")
      .filter(Boolean)
      .flatMap((checkout) => turnsBefore(chosen, checkout)),
  ];
  const dataset = createDataset();
  const environment = await createEnvironment(dataset, { hasBucket });
  const load = await startLoadGenerator();
  try {
    console.log(`${title}, ${connections} connections, Node ${process.versions.node}, ${environment.description}`);
    const turns: Turn[] = [];
    for (const { prepare, ...turn } of planned) turns.push({ ...turn, server: await prepare(environment) });
    const flushes = createFlushes(environment.path);
    const plan = {
      rounds: Number(rounds),
      seconds: Number(seconds),
      warmUpSeconds: WARM_UP_SECONDS,
      connections,
      verify: (turn: Turn, candidate: Candidate) => verify(turn, { candidate, dataset }),
      beforeRound: () => flushes.measure(),
    };
    const measured = await measureRounds(turns, { load, plan });
    benchmark.printTable(measured, flushes);
    for (const { name, otherResponses } of measured) {
      if (otherResponses > 0) throw new Error(`${name} refused ${otherResponses} requests`);
    }
    await checkAuditedUrls(measured);
    return benchmark.reportGoals(measured);
  } finally {
    load.stop();
    await environment.close();
  }
}

/** Returns the same turns, but for the service of another checkout, such as an earlier version. */
function turnsBefore(turns: readonly PlannedTurn[], checkout: string): PlannedTurn[] {
  return turns.flatMap(({ name, workload, engine }) => {
    if (engine === undefined) return [];
    const prepare = (environment: Environment) => environment.before(engine, checkout);
    return [{ name: name.replace("valetkey", basename(checkout)), workload, prepare }];
  });
}

/** Returns the table cells that all load benchmarks share: latencies, CPU time for each URL, memory, and CPU share of the generator. */
export function loadCells({ rounds, usage }: Measured, urlsPerResponse = 1): string[] {
  return [
    median(rounds.map((round) => round.p50Milliseconds)).toFixed(1),
    median(rounds.map((round) => round.p99Milliseconds)).toFixed(1),
    (median(rounds.map((round) => round.cpuMicrosecondsPerRequest)) / urlsPerResponse).toFixed(
      urlsPerResponse > 1 ? 1 : 0,
    ),
    (usage.rssBytes / 2 ** 20).toFixed(0),
    `${(100 * median(rounds.map((round) => round.generatorCpuShare))).toFixed(0)} %`,
  ];
}
