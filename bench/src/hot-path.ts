import { parseArgs } from "node:util";
import { engines } from "./rig/candidate-specs.ts";
import { checkAuditedUrls } from "./rig/check-audited-urls.ts";
import { createDataset, datasetShapes } from "./rig/dataset.ts";
import { createEnvironment, type Environment, type PreparedCandidate } from "./rig/environment.ts";
import { startLoadGenerator } from "./rig/load-generator.ts";
import { type Measured, measureRounds, type RoundsPlan } from "./rig/measure-rounds.ts";
import { median, medianRatio } from "./rig/statistics.ts";
import { formatCount, formatTable, reportGoal } from "./rig/table.ts";
import { verifyCandidate } from "./rig/verify-candidate.ts";

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 3;
const TIMES_ARTICLE = 8;
const PERCENT_OF_BARE = 75;

/**
 * Measures GET /attachments/:id/url under load: the article's design, the service and its bare variant take turns.
 *
 * Flags: --rounds 5, --seconds 5, --only article,sqlite (parts of names). Returns whether all goals were met.
 */
export async function runHotPath(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      only: { type: "string" },
    },
  });
  const dataset = createDataset(datasetShapes.single);
  const environment = await createEnvironment(dataset);
  const load = await startLoadGenerator("single");
  try {
    console.log(
      `hot path: GET /attachments/:id/url, ${CONNECTIONS} connections, Node ${process.versions.node}, ${environment.description}`,
    );
    const candidates = await chooseCandidates(environment, values.only);
    const plan: RoundsPlan = {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      warmUpSeconds: WARM_UP_SECONDS,
      connections: CONNECTIONS,
      verify: (candidate) => verifyCandidate(candidate, dataset),
    };
    const measured = await measureRounds(candidates, { load, plan });
    printTable(measured);
    await checkAuditedUrls(candidates, { measured, urlsPerResponse: 1 });
    return reportGoals(measured);
  } finally {
    load.stop();
    await environment.close();
  }
}

async function chooseCandidates(environment: Environment, only: string | undefined): Promise<PreparedCandidate[]> {
  const all: [string, () => Promise<PreparedCandidate>][] = [["article", environment.article]];
  for (const engine of engines) {
    all.push(
      [`valetkey/${engine}`, () => environment.service(engine)],
      [`bare/${engine}`, () => environment.bare(engine)],
    );
  }
  const wanted = only?.split(",") ?? [""];
  const chosen: PreparedCandidate[] = [];
  for (const [name, prepare] of all) {
    if (wanted.some((part) => name.includes(part))) chosen.push(await prepare());
  }
  return chosen;
}

function printTable(all: readonly Measured[]): void {
  const article = all.find(({ name }) => name === "article");
  const rows = all.map((measured) => {
    const { name, rounds, usage } = measured;
    const bare = all.find((other) => other.name === name.replace("valetkey/", "bare/"));
    return [
      name,
      formatCount(median(throughputs(measured))),
      article === undefined ? "" : `${ratio(measured, article).toFixed(1)}x`,
      bare === undefined || bare === measured ? "" : `${(100 * ratio(measured, bare)).toFixed(0)} %`,
      median(rounds.map((round) => round.p50Milliseconds)).toFixed(1),
      median(rounds.map((round) => round.p99Milliseconds)).toFixed(1),
      median(rounds.map((round) => round.cpuMicrosecondsPerRequest)).toFixed(0),
      (usage.rssBytes / 2 ** 20).toFixed(0),
      `${(100 * median(rounds.map((round) => round.generatorCpuShare))).toFixed(0)} %`,
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
