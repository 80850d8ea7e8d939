import { engines } from "./rig/candidate-specs.ts";
import type { Environment, PreparedCandidate } from "./rig/environment.ts";
import type { Measured } from "./rig/measure-rounds.ts";
import { loadCells, runLoad } from "./rig/run-load.ts";
import { median, medianRatio } from "./rig/statistics.ts";
import { formatCount, formatTable, reportGoal } from "./rig/table.ts";
import { verifyCandidate } from "./rig/verify-candidate.ts";

const TIMES_ARTICLE = 8;
const PERCENT_OF_BARE = 75;

/**
 * Measures GET /attachments/:id/url under load: the article's design, the service and its bare variant take turns.
 *
 * Flags: --rounds 5, --seconds 5, --only article,sqlite (parts of names). Returns whether all goals were met.
 */
export function runHotPath(args: readonly string[]): Promise<boolean> {
  return runLoad(args, {
    workload: "single",
    title: "hot path: GET /attachments/:id/url",
    connections: 64,
    urlsPerResponse: 1,
    prepare: chooseCandidates,
    verify: verifyCandidate,
    printTable,
    reportGoals,
  });
}

async function chooseCandidates(environment: Environment, only: string): Promise<PreparedCandidate[]> {
  const all: [string, () => Promise<PreparedCandidate>][] = [["article", environment.article]];
  for (const engine of engines) {
    all.push(
      [`valetkey/${engine}`, () => environment.service(engine)],
      [`bare/${engine}`, () => environment.bare(engine)],
    );
  }
  const wanted = only.split(",");
  const chosen: PreparedCandidate[] = [];
  for (const [name, prepare] of all) {
    if (wanted.some((part) => name.includes(part))) chosen.push(await prepare());
  }
  return chosen;
}

function printTable(all: readonly Measured[]): void {
  const article = all.find(({ name }) => name === "article");
  const rows = all.map((measured) => {
    const { name } = measured;
    const bare = all.find((other) => other.name === name.replace("valetkey/", "bare/"));
    return [
      name,
      formatCount(median(throughputs(measured))),
      article === undefined ? "" : `${ratio(measured, article).toFixed(1)}x`,
      bare === undefined || bare === measured ? "" : `${(100 * ratio(measured, bare)).toFixed(0)} %`,
      ...loadCells(measured, 1),
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
      value: ratio(service, article),
      atLeast: TIMES_ARTICLE,
      unit: "x",
    };
    const share = bare && {
      text: `${engine}, share of bare`,
      value: 100 * ratio(service, bare),
      atLeast: PERCENT_OF_BARE,
      unit: "%",
    };
    return [times, share].filter((goal) => goal !== undefined).map(reportGoal);
  });
  return met.every(Boolean);
}

function ratio(measured: Measured, base: Measured): number {
  return medianRatio(throughputs(measured), throughputs(base));
}

function throughputs({ rounds }: Measured): number[] {
  return rounds.map((round) => round.requestsPerSecond);
}
