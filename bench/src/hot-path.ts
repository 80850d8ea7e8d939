import { engines } from "./rig/candidate-specs.ts";
import type { Measured } from "./rig/measure-rounds.ts";
import { bareTurns, loadCells, runLoad, serviceTurns } from "./rig/run-load.ts";
import { formatCount, formatTable, reportGoal } from "./rig/table.ts";
import { throughput, throughputRatio } from "./rig/throughput.ts";

const TIMES_ARTICLE = 8;
const PERCENT_OF_BARE = 75;

/**
 * Measures GET /attachments/:id/url under load. These servers take turns: the design of the article, the service, the service with two
 * worker processes, and the hot path that is written by hand.
 *
 * Flags: --rounds 5, --seconds 5, --only article,sqlite (parts of names). Returns whether all goals were met.
 */
export function runHotPath(args: readonly string[]): Promise<boolean> {
  return runLoad(args, {
    title: "hot path: GET /attachments/:id/url",
    connections: 64,
    turns: [
      { name: "article", workload: "url", prepare: (environment) => environment.article() },
      ...serviceTurns("url"),
      { name: "2 workers/postgres", workload: "url", prepare: (environment) => environment.workers(2) },
      ...bareTurns(),
    ],
    printTable,
    reportGoals,
  });
}

function printTable(all: readonly Measured[]): void {
  const article = all.find(({ name }) => name === "article");
  const rows = all.map((measured) => {
    const { name } = measured;
    const bare = all.find((other) => other.name === name.replace("valetkey/", "bare/"));
    return [
      name,
      formatCount(throughput(measured)),
      article === undefined ? "" : `${throughputRatio(measured, article).toFixed(1)}x`,
      bare === undefined || bare === measured ? "" : `${(100 * throughputRatio(measured, bare)).toFixed(0)} %`,
      ...loadCells(measured),
    ];
  });
  console.log(
    formatTable(
      ["", "requests/s", "article", "of bare", "p50 ms", "p99 ms", "CPU us/request", "RSS MiB", "generator CPU"],
      rows,
    ),
  );
}

function reportGoals(all: readonly Measured[]): boolean {
  const find = (name: string) => all.find((measured) => measured.name === name);
  const article = find("article");
  const met = engines.flatMap((engine) => {
    const service = find(`valetkey/${engine}`);
    const bare = find(`bare/${engine}`);
    if (service === undefined) return [];
    const times = article && {
      text: `${engine}, times the article`,
      value: throughputRatio(service, article),
      atLeast: TIMES_ARTICLE,
      unit: "x",
    };
    const share = bare && {
      text: `${engine}, share of bare`,
      value: 100 * throughputRatio(service, bare),
      atLeast: PERCENT_OF_BARE,
      unit: "%",
    };
    return [times, share].filter((goal) => goal !== undefined).map(reportGoal);
  });
  return met.every(Boolean);
}
