import { Command, InvalidArgumentError } from "commander";
import { problemsOfTarget } from "../operations/bucket-move/check-target.ts";
import { type MoveReport, measureMove, moveBucket, type Progress, Stopped } from "../operations/bucket-move/move.ts";
import { loadConfig } from "../platform/config/index.ts";
import { DomainError, invalidRequest } from "../platform/errors.ts";
import type { Core } from "../wiring/core.ts";
import { withCore } from "./with-core.ts";

type Options = { adopted: boolean; dryRun: boolean; json: boolean; force: boolean; atOnce: number };

/** `valetkey move bucket` copies all files to another bucket while the service runs. */
export function moveBucketCommand(): Command {
  return new Command("bucket")
    .description(
      "copy all files to the bucket of the NEXT_ settings, while the service runs. The old bucket stays as it is",
    )
    .option("--adopted", "also move adopted objects. The originals stay in the old bucket", false)
    .option("--dry-run", "only say how much there is to move", false)
    .option("--force", "move although a check of the new bucket found an error", false)
    .option("--json", "print progress and report as lines of JSON", false)
    .option("--at-once <number>", "the number of objects that move at the same time, 1 to 64", parseAtOnce, 8)
    .addHelpText("after", "\nStart the command again to continue a stopped move. docs/moving.md describes all steps.")
    .action(move);
}

function parseAtOnce(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 64) return number;
  throw new InvalidArgumentError("Give a whole number from 1 to 64.");
}

/**
 * The memory for the copy of one object. While one part is sent, the next part arrives. Parts have 5 MiB. Only objects above 48 GiB have
 * larger parts, up to 525 MiB.
 */
const [BUFFERS_OF_OBJECT, BUFFERS_OF_LARGEST_OBJECT] = [2 * 5 * 2 ** 20, 2 * 525 * 2 ** 20];

async function move(options: Options): Promise<void> {
  const totalBytes = options.atOnce * BUFFERS_OF_OBJECT + BUFFERS_OF_LARGEST_OBJECT;
  await withCore((core) => moveWith(core, options), { partBuffers: { totalBytes } });
}

async function moveWith({ deps, buckets }: Core, options: Options): Promise<void> {
  const { adopted, dryRun, json, atOnce } = options;
  const [from, to] = buckets.numbers;
  if (from === undefined || to === undefined) {
    throw invalidRequest(
      "There is no next bucket. Set NEXT_AWS_BUCKET_NAME and the other settings of the next bucket for all replicas first (docs/moving.md).",
    );
  }
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const total = await measureMove(deps, from, { adopted });
  if (!json) print(`Bucket ${from} -> bucket ${to}: ${describe(total)} to move.`);
  if (dryRun) {
    if (json) print(JSON.stringify({ type: "total", from, to, ...total }));
    else print("Nothing was changed (--dry-run).");
    return;
  }
  await checkTarget(deps, { from, to, bytes: total.bytes, isForced: options.force });
  const progress = json ? jsonProgress(print) : textProgress();
  try {
    const report = await moveBucket(deps, {
      ...{ from, to, adopted, atOnce, onProgress: progress.update },
      ...{ places: buckets.places, refresh: buckets.uploadBucket.refresh },
      onFailure: ({ object, reason }) => {
        progress.clear();
        if (json) print(JSON.stringify({ type: "failure", ...object, reason }));
        else
          print(
            `Not moved: ${object.kind} ${JSON.stringify(object.name)} of attachment ${object.attachmentId}: ${reason}.`,
          );
      },
      onWait: () =>
        process.stderr.write(
          "Another move holds the lease. If that move was killed, its lease ends within 6 seconds.\n",
        ),
    });
    progress.clear();
    if (json) print(JSON.stringify({ type: "report", ...report }));
    else for (const line of summarise(report, { from, to })) print(line);
    if (report.failures.length > 0) process.exitCode = 1;
    else if (report.emptyFrom === undefined) process.exitCode = 2;
  } catch (error) {
    progress.clear();
    if (!(error instanceof Stopped)) throw error;
    const remedy =
      "Nothing is lost: files that have not moved are served from the old bucket. Correct the problem, and run the command again. It continues.";
    throw new DomainError("bucket_unavailable", `The move stopped: ${error.message}.\n${remedy}`);
  }
}

type Checking = { from: number; to: number; bytes: number; isForced: boolean };

/** Checks the new bucket. Prints warnings and skipped checks, and throws `invalid_request` after an error. */
async function checkTarget(deps: Core["deps"], { isForced, ...asked }: Checking): Promise<void> {
  const { config } = loadConfig();
  const bucket = config.nextBucket?.bucket ?? config.bucket;
  const isBuiltIn = bucket.kind === "embedded";
  const problems = await problemsOfTarget(deps, {
    ...{ ...asked, isAlone: isBuiltIn || bucket.keyPrefix !== "" },
    dataDir: isBuiltIn ? config.server.dataDir : undefined,
  });
  // The import is dynamic, because the checks load the AWS SDK.
  const { checkNextBucket } = await import("../wiring/doctor.ts");
  const report = problems.length > 0 ? undefined : await checkNextBucket(config, () => undefined);
  for (const { severity, title, detail, id } of report?.findings ?? []) {
    if (severity === "error") problems.push(`${title} (${id}): ${detail}`);
    if (severity === "warning") process.stderr.write(`Warning: ${title} (${id}). ${detail}\n`);
  }
  for (const { subject, reason } of report?.unchecked ?? []) {
    process.stderr.write(`Not checked: ${subject}: ${reason}.\n`);
  }
  if (problems.length === 0) return;
  if (isForced) {
    for (const problem of problems) process.stderr.write(`Warning: ${problem}\n`);
    return;
  }
  const remedy = "Nothing was changed. `valetkey doctor` prints the fixes, and --force moves all the same.";
  throw invalidRequest([...problems, remedy].join("\n"));
}

function summarise(report: MoveReport, { from, to }: { from: number; to: number }): string[] {
  const { moved, deleted, failures, adoptedLeft, unsettled, emptyFrom } = report;
  const lines = [`Moved ${describe(moved)} to bucket ${to}.`];
  if (deleted > 0) lines.push(`${deleted} objects were deleted during the move.`);
  if (failures.length > 0) {
    lines.push(`${failures.length} objects could not be moved (see above). They stay in bucket ${from}.`);
  }
  if (adoptedLeft > 0) {
    lines.push(
      `${adoptedLeft} adopted objects stay in bucket ${from}. Run the command with --adopted to move them too.`,
    );
  }
  if (unsettled.count > 0) {
    const until = unsettled.lastExpiresAt > 0 ? ` The last upload ends at ${iso(unsettled.lastExpiresAt)}.` : "";
    lines.push(
      `${unsettled.count} uploads in bucket ${from} have not ended.${until} Run the command again after that.`,
    );
  }
  if (emptyFrom !== undefined) {
    lines.push(
      `No file is in bucket ${from} any more. From ${iso(emptyFrom)} on, you can remove its settings and empty it.`,
      `Until then, keep both blocks of settings. Then run this command once more, and give bucket ${to} the main settings, with S3_BUCKET_NUMBER=${to}.`,
    );
  }
  return lines;
}

const iso = (at: number) => new Date(at).toISOString();

function describe({ objects, bytes }: { objects: number; bytes: number }): string {
  return `${objects} ${objects === 1 ? "object" : "objects"} (${size(bytes)})`;
}

function size(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const exponent = Math.min(units.length - 1, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${exponent === 0 ? bytes : (bytes / 1024 ** exponent).toFixed(1)} ${units[exponent]}`;
}

type Shown = { update(progress: Progress): void; clear(): void };

/** The pause between two lines of progress, in milliseconds. */
const [ON_TERMINAL_MS, IN_LOG_MS] = [500, 10_000];

/** Shows the progress in one line of a terminal, or writes a line to a log every ten seconds. */
function textProgress(): Shown {
  const startedAt = performance.now();
  const { stderr } = process;
  let shownAt = startedAt;
  return {
    update(progress) {
      const now = performance.now();
      if (now - shownAt < (stderr.isTTY ? ON_TERMINAL_MS : IN_LOG_MS)) return;
      shownAt = now;
      const line = describeProgress(progress, now - startedAt);
      stderr.write(stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
    },
    clear: () => void (stderr.isTTY && stderr.write("\r\u001b[K")),
  };
}

function describeProgress({ moved, total, failed }: Progress, elapsedMs: number): string {
  const rate = moved.bytes / Math.max(elapsedMs / 1000, 0.001);
  const objectRate = moved.objects / Math.max(elapsedMs / 1000, 0.001);
  // The slower of the two rates decides. With many small files, that is the rate of objects.
  const left = Math.max((total.bytes - moved.bytes) / rate || 0, (total.objects - moved.objects) / objectRate || 0);
  const failures = failed === 0 ? "" : `, ${failed} failed`;
  return `${moved.objects} of ${total.objects} objects, ${size(moved.bytes)} of ${size(total.bytes)}, ${size(Math.round(rate))}/s, ${duration(left)} left${failures}`;
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

function jsonProgress(print: (line: string) => void): Shown {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    update({ moved, total, failed }) {
      const now = performance.now();
      if (now - shownAt < 1_000) return;
      shownAt = now;
      print(JSON.stringify({ type: "progress", moved, total, failed }));
    },
    clear: () => undefined,
  };
}
