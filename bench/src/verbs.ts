import type { Flushes } from "./rig/flushes.ts";
import type { Measured } from "./rig/measure-rounds.ts";
import { bareTurns, loadCells, runLoad, serviceTurns } from "./rig/run-load.ts";
import { median } from "./rig/statistics.ts";
import { formatCount, formatTable, reportGoal, reportResult } from "./rig/table.ts";
import { throughput, throughputRatio } from "./rig/throughput.ts";
import type { WorkloadName } from "./rig/workload.ts";

/** The verbs, in the order of the printed table. `writes`: whether the service commits a write before it responds. */
const verbs = [
  { workload: "url", writes: true },
  { workload: "url-session", writes: true },
  { workload: "url-api-token", writes: true },
  { workload: "batch", writes: true },
  { workload: "start", writes: true },
  { workload: "complete", writes: true },
  { workload: "list", writes: false },
  { workload: "share", writes: true },
  { workload: "claim", writes: true },
  { workload: "landing", writes: true },
] as const satisfies { workload: WorkloadName; writes: boolean }[];

const MAX_TAIL = 4;
/** The requests per second that a turn must at least reach, by the name of the turn. */
const GOALS: Record<string, number> = { "start valetkey/sqlite": 5_000, "start valetkey/postgres": 3_500 };

/**
 * Measures each verb of the service under load on both database engines. Also measures two limits for comparison: the hot path that is
 * written by hand, and the flushes of the disk.
 *
 * Flags: --rounds 5, --seconds 5, --only "start,share valetkey/sqlite" (parts of names), --before (another checkout). Returns whether
 * all goals were met.
 */
export function runVerbs(args: readonly string[]): Promise<boolean> {
  return runLoad(args, {
    title: "verbs of the service",
    connections: 64,
    hasBucket: true,
    turns: verbs.flatMap(({ workload }) => [
      ...serviceTurns(workload, `${workload} `),
      ...(workload === "url" ? bareTurns("url ") : []),
    ]),
    printTable,
    reportGoals,
  });
}

function printTable(all: readonly Measured[], flushes: Flushes): void {
  const rows = all.map((measured) => {
    const bare = all.find(({ name }) => name === measured.name.replace("valetkey/", "bare/"));
    const [p50, p99, ...cost] = loadCells(measured);
    return [
      measured.name,
      formatCount(throughput(measured)),
      p50 ?? "",
      p99 ?? "",
      tail(measured).toFixed(1),
      ...cost,
      bare === undefined || bare === measured ? "" : `${(100 * throughputRatio(measured, bare)).toFixed(0)} %`,
      writes(measured) ? (throughput(measured) / flushes.perSecond()).toFixed(1) : "",
    ];
  });
  const header = ["", "requests/s", "p50 ms", "p99 ms", "p99/p50", "CPU us/request", "RSS MiB", "generator CPU"];
  console.log(formatTable([...header, "of bare", "requests/flush"], rows));
  console.log(`the disk alone: ${formatCount(flushes.perSecond())} flushes/s, one after the other`);
}

function reportGoals(all: readonly Measured[]): boolean {
  const met = all
    .filter(({ name }) => !name.includes("bare/"))
    .flatMap((measured) => {
      const { name } = measured;
      const ratio = tail(measured);
      const goal = GOALS[name];
      return [
        reportResult(ratio < MAX_TAIL, `${name}, p99/p50: ${ratio.toFixed(1)} (goal: less than ${MAX_TAIL})`),
        goal === undefined ||
          reportGoal({ text: name, value: throughput(measured), atLeast: goal, unit: " requests/s" }),
      ];
    });
  return met.every(Boolean);
}

function writes({ workload }: Measured): boolean {
  return verbs.some((verb) => verb.workload === workload && verb.writes);
}

/** Divides the p99 latency of each round by its p50 latency. Returns the median of these ratios. */
function tail({ rounds }: Measured): number {
  return median(rounds.map(({ p50Milliseconds, p99Milliseconds }) => p99Milliseconds / p50Milliseconds));
}
