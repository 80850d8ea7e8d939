import type { Candidate } from "./candidate.ts";
import { checkAuditedUrls } from "./check-audited-urls.ts";
import { createDataset, type Dataset, datasetShapes } from "./dataset.ts";
import { createEnvironment, type Environment, type PreparedCandidate } from "./environment.ts";
import { startLoadGenerator } from "./load-generator.ts";
import { type Measured, measureRounds } from "./measure-rounds.ts";
import { readFlags } from "./read-flags.ts";
import { median } from "./statistics.ts";
import type { WorkloadName } from "./workload.ts";

const WARM_UP_SECONDS = 3;

type LoadBenchmark = {
  workload: WorkloadName;
  title: string;
  connections: number;
  urlsPerResponse: number;
  /** Prepares the candidates whose names match `--only`. */
  prepare(environment: Environment, only: string): Promise<PreparedCandidate[]>;
  /** Verifies that a started server works. Returns the number of its responses with 200. */
  verify(candidate: Candidate, dataset: Dataset): Promise<number>;
  printTable(measured: readonly Measured[]): void;
  /** Returns whether all goals were met. */
  reportGoals(measured: readonly Measured[]): boolean;
};

/** Measures servers under load and compares their audit logs with the URLs that they returned. */
export async function runLoad(args: readonly string[], benchmark: LoadBenchmark): Promise<boolean> {
  const { workload, title, connections, urlsPerResponse } = benchmark;
  const { rounds, seconds, only } = readFlags(args, { rounds: "5", seconds: "5", only: "" });
  const dataset = createDataset(datasetShapes[workload]);
  const environment = await createEnvironment(dataset);
  const load = await startLoadGenerator(workload);
  try {
    console.log(`${title}, ${connections} connections, Node ${process.versions.node}, ${environment.description}`);
    const candidates = await benchmark.prepare(environment, only);
    const plan = {
      rounds: Number(rounds),
      seconds: Number(seconds),
      warmUpSeconds: WARM_UP_SECONDS,
      connections,
      verify: (candidate: Candidate) => benchmark.verify(candidate, dataset),
    };
    const measured = await measureRounds(candidates, { load, plan });
    benchmark.printTable(measured);
    await checkAuditedUrls(candidates, { measured, urlsPerResponse });
    return benchmark.reportGoals(measured);
  } finally {
    load.stop();
    await environment.close();
  }
}

/** The cells of a table that all benchmarks under load have: latencies, CPU time for each URL, memory, generator CPU. */
export function loadCells({ rounds, usage }: Measured, urlsPerResponse: number): string[] {
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
