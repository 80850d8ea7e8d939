import type { Measured } from "./rig/measure-rounds.ts";
import { loadCells, runLoad, serviceTurns } from "./rig/run-load.ts";
import { BATCH_SIZE } from "./rig/service-calls.ts";
import { formatCount, formatTable, reportGoal } from "./rig/table.ts";
import { throughput } from "./rig/throughput.ts";

const URLS_PER_SECOND = 100_000;

/**
 * Measures POST /attachments/urls with batches of 100 files of one note, on one process of the service for each engine.
 *
 * Flags: --rounds 5, --seconds 5, --only sqlite. Returns whether all goals were met.
 */
export function runBatch(args: readonly string[]): Promise<boolean> {
  return runLoad(args, {
    title: `batch: POST /attachments/urls, ${BATCH_SIZE} ids each`,
    connections: 16,
    turns: serviceTurns("batch"),
    printTable,
    reportGoals,
  });
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

function urlsPerSecond(measured: Measured): number {
  return throughput(measured) * BATCH_SIZE;
}
