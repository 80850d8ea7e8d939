import type { Candidate } from "./rig/candidate.ts";
import { engines } from "./rig/candidate-specs.ts";
import type { Dataset } from "./rig/dataset.ts";
import type { Measured } from "./rig/measure-rounds.ts";
import { createRandom } from "./rig/random.ts";
import { loadCells, runLoad } from "./rig/run-load.ts";
import { median } from "./rig/statistics.ts";
import { formatCount, formatTable, reportGoal } from "./rig/table.ts";
import { checkFileUrl } from "./rig/verify-candidate.ts";
import { BATCH_SIZE, chooseBatches, createToken } from "./rig/workload.ts";

const URLS_PER_SECOND = 100_000;

/**
 * Measures POST /attachments/urls with batches of 100 files of one note, on one process of the service for each engine.
 *
 * Flags: --rounds 5, --seconds 5, --only sqlite. Returns whether all goals were met.
 */
export function runBatch(args: readonly string[]): Promise<boolean> {
  return runLoad(args, {
    workload: "batch",
    title: `batch: POST /attachments/urls, ${BATCH_SIZE} ids each`,
    connections: 16,
    urlsPerResponse: BATCH_SIZE,
    async prepare(environment, only) {
      const candidates = [];
      for (const engine of engines) if (engine.includes(only)) candidates.push(await environment.service(engine));
      return candidates;
    },
    verify: verifyBatch,
    printTable,
    reportGoals,
  });
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
  const rows = all.map((measured) => [
    measured.name,
    formatCount(urlsPerSecond(measured)),
    ...loadCells(measured, BATCH_SIZE),
  ]);
  console.log(formatTable(["", "URLs/s", "p50 ms", "p99 ms", "CPU us/URL", "RSS MiB", "generator CPU"], rows));
}

function reportGoals(all: readonly Measured[]): boolean {
  const met = all.map((measured) => {
    const text = `${measured.name.replace("valetkey/", "")}, URLs a second`;
    return reportGoal({ text, value: urlsPerSecond(measured), atLeast: URLS_PER_SECOND, unit: "" });
  });
  return met.every(Boolean);
}

function urlsPerSecond({ rounds }: Measured): number {
  return median(rounds.map((round) => round.requestsPerSecond)) * BATCH_SIZE;
}
