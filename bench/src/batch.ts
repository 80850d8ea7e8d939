import { parseArgs } from "node:util";
import type { Candidate } from "./rig/candidate.ts";
import { type Engine, engines } from "./rig/candidate-specs.ts";
import { checkAuditedUrls } from "./rig/check-audited-urls.ts";
import { createDataset, type Dataset, datasetShapes } from "./rig/dataset.ts";
import { createEnvironment } from "./rig/environment.ts";
import { startLoadGenerator } from "./rig/load-generator.ts";
import { type Measured, measureRounds, type RoundsPlan } from "./rig/measure-rounds.ts";
import { createRandom } from "./rig/random.ts";
import { median } from "./rig/statistics.ts";
import { formatCount, formatTable, reportGoal } from "./rig/table.ts";
import { checkFileUrl } from "./rig/verify-candidate.ts";
import { BATCH_SIZE, chooseBatches, createToken } from "./rig/workload.ts";

const CONNECTIONS = 16;
const WARM_UP_SECONDS = 3;
const URLS_PER_SECOND = 100_000;

/**
 * Measures POST /attachments/urls with batches of 100 files of one note, on one process of the service for each engine.
 *
 * Flags: --rounds 5, --seconds 5, --only sqlite. Returns whether all goals were met.
 */
export async function runBatch(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      only: { type: "string", default: "" },
    },
  });
  const dataset = createDataset(datasetShapes.batch);
  const environment = await createEnvironment(dataset);
  const load = await startLoadGenerator("batch");
  try {
    console.log(
      `batch: POST /attachments/urls, ${BATCH_SIZE} ids each, ${CONNECTIONS} connections, Node ${process.versions.node}, ${environment.description}`,
    );
    const chosen = engines.filter((engine) => engine.includes(values.only));
    const candidates = [];
    for (const engine of chosen) candidates.push(await environment.service(engine));
    const plan: RoundsPlan = {
      rounds: Number(values.rounds),
      seconds: Number(values.seconds),
      warmUpSeconds: WARM_UP_SECONDS,
      connections: CONNECTIONS,
      verify: (candidate) => verifyBatch(candidate, dataset),
    };
    const measured = await measureRounds(candidates, { load, plan });
    printTable(measured);
    await checkAuditedUrls(candidates, { measured, urlsPerResponse: BATCH_SIZE });
    return reportGoals(chosen, measured);
  } finally {
    load.stop();
    await environment.close();
  }
}

/** Verifies that the URLs of one batch are of the requested files, in order. Returns the number of batches. */
async function verifyBatch({ name, port }: Candidate, dataset: Dataset): Promise<number> {
  const [batch] = chooseBatches(dataset, createRandom(1));
  if (batch === undefined) throw new Error("The data set has no user with enough files");
  const response = await fetch(`http://127.0.0.1:${port}/attachments/urls`, {
    method: "POST",
    headers: { authorization: `Bearer ${await createToken(batch.userId)}`, "content-type": "application/json" },
    body: JSON.stringify({ attachmentIds: batch.attachmentIds }),
  });
  const { urls } = (await response.json()) as { urls?: { attachmentId: string; fileUrl?: string }[] };
  if (urls?.length !== BATCH_SIZE) throw new Error(`${name} returned ${response.status} without ${BATCH_SIZE} URLs`);
  const keys = new Map(dataset.attachments.map(({ id, objectKey }) => [id, objectKey]));
  for (const [index, { attachmentId, fileUrl }] of urls.entries()) {
    if (attachmentId !== batch.attachmentIds[index]) throw new Error(`${name} returned URL ${index} out of order`);
    checkFileUrl(name, { fileUrl: fileUrl ?? "", objectKey: keys.get(attachmentId) ?? "" });
  }
  return 1;
}

function printTable(all: readonly Measured[]): void {
  const rows = all.map(({ name, rounds, usage }) => [
    name,
    formatCount(median(rounds.map((round) => round.requestsPerSecond)) * BATCH_SIZE),
    median(rounds.map((round) => round.p50Milliseconds)).toFixed(1),
    median(rounds.map((round) => round.p99Milliseconds)).toFixed(1),
    (median(rounds.map((round) => round.cpuMicrosecondsPerRequest)) / BATCH_SIZE).toFixed(1),
    (usage.rssBytes / 2 ** 20).toFixed(0),
    `${(100 * median(rounds.map((round) => round.generatorCpuShare))).toFixed(0)} %`,
  ]);
  console.log(formatTable(["", "URLs/s", "p50 ms", "p99 ms", "CPU us/URL", "RSS MiB", "generator CPU"], rows));
}

function reportGoals(chosen: readonly Engine[], measured: readonly Measured[]): boolean {
  const met = chosen.map((engine, index) => {
    const perSecond = median((measured[index]?.rounds ?? []).map((round) => round.requestsPerSecond)) * BATCH_SIZE;
    return reportGoal({ text: `${engine}, URLs a second`, value: perSecond, atLeast: URLS_PER_SECOND, unit: "" });
  });
  return met.every(Boolean);
}
