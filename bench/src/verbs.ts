import { createSigners, encodedName } from "./presign/signers.ts";
import { measure } from "./presign.ts";
import { BATCH_SIZE, type WorkloadName } from "./rig/calls.ts";
import { formatCount, formatTable, median, medianRatio, reportGoal } from "./rig/report.ts";
import {
  articleTurn,
  LOAD_HEADER,
  loadCells,
  type Measured,
  ownTurns,
  runLoad,
  serviceTurns,
  throughput,
  throughputRatio,
} from "./rig/run-load.ts";

/** The verbs, in the order of the printed table. */
const verbs = [
  "url",
  "url-session",
  "url-api-token",
  "batch",
  "start",
  "complete",
  "list",
  "share",
  "claim",
  "landing",
] as const satisfies WorkloadName[];

const MAX_TAIL = 4;
const OF_BARE = 0.85;
const TIMES_ARTICLE = 10;
/** The goal for batches: the CPU time of the signer alone, as a part of the CPU time for each URL. */
const OF_SIGNER = 0.12;
const SIGNER_MILLISECONDS = 200;

/**
 * Measures each verb of the service under load on SQLite and on PostgreSQL. Compares the URLs of the service with the minimal server
 * (`bare`) and with the article's design. Compares batches with the signer alone.
 *
 * Flags: --rounds 5, --seconds 5, --only "start,share valetkey/sqlite" (parts of names), --before (other checkouts). Returns whether all
 * goals were met.
 */
export function runVerbs(args: readonly string[]): Promise<boolean> {
  const signed: number[] = [];
  const signer = createSigners().find(({ name }) => name === encodedName);
  if (signer === undefined) throw new Error(`There is no signer ${encodedName}`);
  return runLoad(args, {
    title: "verbs of the service",
    turns: verbs.flatMap((verb) => [
      ...serviceTurns(verb),
      ...(verb === "url" ? [...ownTurns("bare", "url", "url "), articleTurn] : []),
    ]),
    async beforeRound() {
      signed.push(await measure(signer, SIGNER_MILLISECONDS));
    },
    report(all) {
      printTable(all);
      console.log(`the signer alone: ${formatCount(median(signed))} URLs a second of CPU time`);
      return reportGoals(all, signed);
    },
  });
}

function printTable(all: readonly Measured[]): void {
  const rows = all.map((measured) => {
    const bare = bareOf(measured, all);
    const [p50 = "", p99 = "", ...cost] = loadCells(measured);
    return [
      measured.name,
      formatCount(throughput(measured)),
      p50,
      p99,
      tail(measured).toFixed(1),
      ...cost,
      bare === undefined ? "" : throughputRatio(measured, bare).toFixed(2),
    ];
  });
  const [p50 = "", p99 = "", ...cost] = LOAD_HEADER;
  console.log(formatTable(["", "requests/s", p50, p99, "p99/p50", ...cost, "of bare"], rows));
}

function reportGoals(all: readonly Measured[], signed: readonly number[]): boolean {
  const article = all.find(({ name }) => name === articleTurn.name);
  const met = all
    .filter(({ name }) => name.includes("valetkey/"))
    .flatMap((measured) => {
      const { name, workload } = measured;
      const bare = bareOf(measured, all);
      const goals = [{ text: `${name}, p99/p50`, ratio: tail(measured), below: MAX_TAIL }];
      const ratios = [
        bare && { text: `${name}, of bare`, ratio: throughputRatio(measured, bare), atLeast: OF_BARE },
        workload === "url" &&
          article && {
            text: `${name}, times the article`,
            ratio: throughputRatio(measured, article),
            atLeast: TIMES_ARTICLE,
          },
        workload === "batch" && {
          text: `${name}, of the signer alone`,
          ratio: ofSigner(measured, signed),
          atLeast: OF_SIGNER,
        },
      ];
      return [...goals, ...ratios.filter((goal) => typeof goal === "object")].map(reportGoal);
    });
  return met.every(Boolean);
}

function bareOf({ name }: Measured, all: readonly Measured[]): Measured | undefined {
  return all.find((other) => other.name !== name && other.name === name.replace("valetkey/", "bare/"));
}

/**
 * Compares the CPU times of the service and of the signer. The throughput of a batch would also depend on the CPU time of PostgreSQL and of
 * the load generator.
 */
function ofSigner({ rounds }: Measured, signed: readonly number[]): number {
  const urlsPerSecond = rounds.map(({ cpuMicroseconds }) => (BATCH_SIZE * 1e6) / cpuMicroseconds);
  return medianRatio(urlsPerSecond, signed);
}

/** Divides the p99 latency of each round by its p50 latency. Returns the median of these ratios. */
function tail({ rounds }: Measured): number {
  return median(rounds.map(({ p50Milliseconds, p99Milliseconds }) => p99Milliseconds / p50Milliseconds));
}
