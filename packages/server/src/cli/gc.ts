import { Command } from "commander";
import { loadConfig } from "../config/index.ts";
import type { Counts, GarbageReport } from "../usecases/storage/collect-garbage.ts";
import type { Finding } from "../usecases/storage/find-garbage.ts";
import { withCore } from "./with-core.ts";

type GcOptions = { dryRun: boolean; force: boolean };

const PROGRESS_EVERY = 10_000;
const NAMES: Record<Finding["kind"], string> = {
  orphan: "objects that no row explains",
  multipart: "uploads in parts that no row explains",
  usage: "counters of usage that are wrong",
  missing: "files without their object",
  resized: "files whose object has another length",
};
/** Whose mending would give a file up, or take its object for something else. */
const ONLY_TOLD = new Set<string>(["missing", "resized"] satisfies Finding["kind"][]);

/** `valetkey gc`: what bucket and database don't agree on, a line each and a table at the end; exit code 1 when something is left. */
export function gcCommand(): Command {
  return new Command("gc")
    .description("compare the bucket with the database, both ways, and mend what can be without losing a file")
    .option("--dry-run", "change nothing", false)
    .option("--force", "remove objects although there is reason to ask; the report says which", false)
    .action(gc);
}

async function gc({ dryRun, force }: GcOptions): Promise<void> {
  const { bucket } = loadConfig().config;
  const report = await withCore(({ useCases }) =>
    useCases.collectGarbage({
      mend: !dryRun,
      force,
      isAlone: bucket.kind === "embedded" || bucket.keyPrefix !== "",
      onFinding: (finding) => process.stdout.write(`${describe(finding)}\n`),
      onProgress: sayProgress(),
    }),
  );
  process.stdout.write(`${summarise(report, { dryRun }).join("\n")}\n`);
  if (total(report.found) > total(report.mended)) process.exitCode = 1;
}

function sayProgress(): (compared: number) => void {
  let said = 0;
  return (compared) => {
    if (compared - said < PROGRESS_EVERY) return;
    said = compared;
    process.stderr.write(`${compared} objects compared\n`);
  };
}

function describe(finding: Finding): string {
  const { kind } = finding;
  if (kind === "orphan") {
    const { objectKey, sizeBytes, modifiedAt } = finding.object;
    return `object without a row: ${objectKey} (${sizeBytes} bytes, of ${new Date(modifiedAt).toISOString()})`;
  }
  if (kind === "multipart") {
    const { objectKey, begunAt } = finding.upload;
    return `upload in parts without a row: ${objectKey} (begun ${new Date(begunAt).toISOString()})`;
  }
  if (kind === "usage") {
    const { ownerId, counted, actual } = finding.drift;
    return `usage of ${ownerId}: counted ${counted.bytes} bytes in ${counted.files} files, there are ${actual.bytes} in ${actual.files}`;
  }
  const { id, noteId, ownerId, filename, sizeBytes } = finding.attachment;
  const which = `${JSON.stringify(filename)}, attachment ${id} in note ${noteId} of ${ownerId}`;
  if (kind === "missing") return `file without its object: ${which}`;
  return `object of another length: ${which}: ${finding.object.sizeBytes} bytes, ${sizeBytes} were verified`;
}

function summarise({ found, mended, tally, kept }: GarbageReport, { dryRun }: { dryRun: boolean }): string[] {
  const width = Math.max(...Object.values(NAMES).map((name) => name.length));
  const row = (...cells: [string, string | number, string | number]) =>
    `${cells[0].padEnd(width)}  ${String(cells[1]).padStart(8)}  ${String(cells[2]).padStart(8)}`;
  const rows = Object.entries(NAMES).map(([kind, name]) =>
    row(name, found[kind as Finding["kind"]], ONLY_TOLD.has(kind) ? "-" : mended[kind as Finding["kind"]]),
  );
  return [
    "",
    row("", "found", "mended"),
    ...rows,
    "",
    `Of the other objects ${tally.known} are known, ${tally.foreign} are not named as this service names them, ${tally.young} are too new to tell.`,
    ...(kept === undefined ? [] : [kept]),
    ...(dryRun ? ["Nothing was changed (--dry-run)."] : []),
  ];
}

function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
