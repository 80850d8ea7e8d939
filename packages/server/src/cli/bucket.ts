import { createPresigner, parseS3Url } from "@valetkey/presign";
import { Command, Option } from "commander";
import type { Counts, Finding, GarbageReport } from "../features/storage/garbage.ts";
import { describeCapabilities } from "../platform/bucket/port.ts";
import { loadConfig, loadSigningTarget } from "../platform/config/index.ts";
import { parseDuration, withCore } from "./with-core.ts";

/** `valetkey bucket` probes the capabilities of the bucket immediately. The running service probes the capabilities once a day. */
export function bucketCommand(): Command {
  return new Command("bucket")
    .description("probe the capabilities of the bucket, for running services too")
    .action(() =>
      withCore(async ({ capabilities }) => {
        for (const one of capabilities) {
          const name = capabilities.length === 1 ? "bucket" : `bucket ${one.number}`;
          process.stdout.write(`${describeCapabilities(await one.ask(), name)}\n`);
        }
      }),
    );
}

const METHODS = ["GET", "HEAD", "PUT", "DELETE"] as const;

type Options = { method: (typeof METHODS)[number]; expires: number; region?: string; endpoint?: string };

/** `valetkey presign` prints one presigned URL. The command needs neither the service nor the database. */
export function presignCommand(): Command {
  return new Command("presign")
    .description("print a presigned URL for one object")
    .argument("<url>", "s3://bucket/key, or any other S3 URL")
    .addOption(new Option("--method <method>", "what the URL allows").choices(METHODS).default("GET"))
    .option("--expires <duration>", "until it expires: 60s, 10m, 12h, at most 7d", parseDuration, 60)
    .option("--region <region>", "the bucket's region (default: AWS_REGION, then us-east-1)")
    .option("--endpoint <url>", "an S3 server other than AWS (default: S3_ENDPOINT)")
    .action(presign);
}

async function presign(address: string, options: Options): Promise<void> {
  const settings = loadSigningTarget();
  const endpoint = options.endpoint ?? settings.endpoint;
  const { bucket, key, region } = parseS3Url(address, endpoint === undefined ? {} : { endpoint });
  const presigner = createPresigner({
    bucket,
    region: options.region ?? region ?? settings.region ?? "us-east-1",
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: settings.forcePathStyle,
  });
  const credentials = settings.credentials ?? (await findCredentials());
  const request = { key, credentials, expiresInSeconds: options.expires, now: Date.now() };
  const sign = {
    GET: presigner.presignGet,
    HEAD: presigner.presignHead,
    PUT: presigner.presignPut,
    DELETE: presigner.presignDelete,
  }[options.method];
  process.stdout.write(`${sign(request).url}\n`);
}

const PROGRESS_EVERY = 10_000;

const NAMES: Record<Finding["kind"], string> = {
  orphan: "objects that no row explains",
  multipart: "multipart uploads that no row explains",
  usage: "counters of usage that are wrong",
  missing: "files without their object",
  resized: "files whose object has another length",
  damaged: "files whose bytes are lost on the disk",
};

/** The kinds of differences that `valetkey gc` only reports. A repair would delete a file, or accept another object as its content. */
const ONLY_REPORTED = new Set<string>(["missing", "resized", "damaged"] satisfies Finding["kind"][]);

/**
 * `valetkey gc` finds differences between the bucket and the database, and repairs those whose repair puts no file at risk. The command
 * prints each difference, and then a table. The exit code is 1 if a difference remains.
 */
export function gcCommand(): Command {
  return new Command("gc")
    .description("compare the bucket with the database, and repair the differences that put no file at risk")
    .option("--dry-run", "change nothing", false)
    .option("--force", "delete objects even if the report warns against it", false)
    .action(gc);
}

async function gc({ dryRun, force }: { dryRun: boolean; force: boolean }): Promise<void> {
  const { bucket, nextBucket } = loadConfig().config;
  const buckets = [bucket, ...(nextBucket === undefined ? [] : [nextBucket.bucket])];
  const report = await withCore(({ useCases }) =>
    useCases.collectGarbage({
      mend: !dryRun,
      force,
      findsDamage: buckets.some(({ kind }) => kind === "embedded"),
      isAlone: buckets.every(({ kind, keyPrefix }) => kind === "embedded" || keyPrefix !== ""),
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

/** Finds credentials as the AWS SDK does. The import is dynamic, because the module loads most of the AWS SDK. */
async function findCredentials() {
  const { fromNodeProviderChain } = await import("../platform/bucket/provider-chain.ts");
  return fromNodeProviderChain()();
}
