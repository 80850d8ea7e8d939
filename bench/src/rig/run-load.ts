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
  /** The engine of a turn of the service, which `--before` repeats with other checkouts. */
  engine?: Engine;
};

type LoadBenchmark = {
  title: string;
  connections: number;
  turns: readonly PlannedTurn[];
  /** Whether the service has a bucket that it can reach. */
  hasBucket?: boolean;
  /**
   * Verifies that a started server works. Returns the number of its responses with 200 or 201. Default: the verification of the
   * service.
   */
  verify?(turn: Turn, to: { candidate: Candidate; dataset: Dataset }): Promise<number>;
  printTable(measured: readonly Measured[], flushes: Flushes): void;
  /** Returns whether all goals were met. */
  reportGoals(measured: readonly Measured[]): boolean;
};

/** The turns of a workload on the service, one for each engine. */
export function serviceTurns(workload: WorkloadName, prefix = ""): PlannedTurn[] {
  return engines.map((engine) => ({
    name: `${prefix}valetkey/${engine}`,
    workload,
    engine,
    prepare: (environment) => environment.service(engine),
  }));
}

/** The turns of the hot path by hand, one for each engine. */
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

/** The same turns on the service of another checkout, such as an earlier version. */
function turnsBefore(turns: readonly PlannedTurn[], checkout: string): PlannedTurn[] {
  return turns.flatMap(({ name, workload, engine }) => {
    if (engine === undefined) return [];
    const prepare = (environment: Environment) => environment.before(engine, checkout);
    return [{ name: name.replace("valetkey", basename(checkout)), workload, prepare }];
  });
}

/** The cells of a table that all benchmarks under load have: latencies, CPU time for each URL, memory, generator CPU. */
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
