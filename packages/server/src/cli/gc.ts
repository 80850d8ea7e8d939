import { Command } from "commander";
import type { Counts, Finding, GarbageReport } from "../features/storage/garbage.ts";
import { loadConfig } from "../platform/config/index.ts";
import { withCore } from "./with-core.ts";

type GcOptions = { dryRun: boolean; force: boolean };

const PROGRESS_EVERY = 10_000;
const NAMES: Record<Finding["kind"], string> = {
  orphan: "objects that no row explains",
  multipart: "multipart uploads that no row explains",
  usage: "counters of usage that are wrong",
  missing: "files without their object",
  resized: "files whose object has another length",
  damaged: "files whose bytes are lost on the disk",
};
/**
 * The command reports these differences, but does not repair them. A repair would delete a file, or accept another object as its content.
 */
const ONLY_REPORTED = new Set<string>(["missing", "resized", "damaged"] satisfies Finding["kind"][]);

/**
 * `valetkey gc` finds differences between bucket and database, and repairs those that put no file at risk. It prints each difference, and
 * then a table. The exit code is 1 if a difference remains.
 */
export function gcCommand(): Command {
  return new Command("gc")
    .description("compare the bucket with the database, and repair the differences that put no file at risk")
    .option("--dry-run", "change nothing", false)
    .option("--force", "delete objects even if the report warns against it", false)
    .action(gc);
}

async function gc({ dryRun, force }: GcOptions): Promise<void> {
  const { bucket } = loadConfig().config;
  const report = await withCore(({ useCases }) =>
    useCases.collectGarbage({
      mend: !dryRun,
      force,
      readsObjects: bucket.kind === "embedded",
      isAlone: bucket.kind === "embedded" || bucket.keyPrefix !== "",
      onFinding: (finding) => process.stdout.write(`${describe(finding)}\n`),
      onProgress: createProgress(),
    }),
  );
  process.stdout.write(`${summarise(report, { dryRun }).join("\n")}\n`);
  if (total(report.found) > total(report.mended)) process.exitCode = 1;
}

function createProgress(): (compared: number) => void {
  let reported = 0;
  return (compared) => {
    if (compared - reported < PROGRESS_EVERY) return;
    reported = compared;
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
    return `multipart upload without a row: ${objectKey} (started ${new Date(begunAt).toISOString()})`;
  }
  if (kind === "usage") {
    const { ownerId, counted, actual } = finding.drift;
    return `usage of ${ownerId}: counted ${counted.bytes} bytes in ${counted.files} files, there are ${actual.bytes} in ${actual.files}`;
  }
  const { id, noteId, ownerId, filename, sizeBytes } = finding.attachment;
  const which = `${JSON.stringify(filename)}, attachment ${id} in note ${noteId} of ${ownerId}`;
  if (kind === "missing") return `file without its object: ${which}`;
  if (kind === "damaged") return `file whose bytes are lost: ${which}`;
  return `object of another length: ${which}: ${finding.object.sizeBytes} bytes, ${sizeBytes} were verified`;
}

function summarise({ found, mended, tally, kept }: GarbageReport, { dryRun }: { dryRun: boolean }): string[] {
  const width = Math.max(...Object.values(NAMES).map((name) => name.length));
  const row = (...cells: [string, string | number, string | number]) =>
    `${cells[0].padEnd(width)}  ${String(cells[1]).padStart(8)}  ${String(cells[2]).padStart(8)}`;
  const rows = Object.entries(NAMES).map(([kind, name]) =>
    row(name, found[kind as Finding["kind"]], ONLY_REPORTED.has(kind) ? "-" : mended[kind as Finding["kind"]]),
  );
  return [
    "",
    row("", "found", "mended"),
    ...rows,
    "",
    `Of the other objects, ${tally.known} are known, ${tally.foreign} have foreign names, and ${tally.young} are too new to judge.`,
    ...(kept === undefined ? [] : [kept]),
    ...(dryRun ? ["Nothing was changed (--dry-run)."] : []),
  ];
}

function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
