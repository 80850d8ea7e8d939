import { randomBytes } from "node:crypto";
import { S3Client } from "@aws-sdk/client-s3";
import { uploadBucketQueries } from "../features/storage/move-queries.ts";
import { type BucketFault, faultOfBuckets } from "../features/storage/upload-bucket.ts";
import { createEchoProof } from "../operations/doctor/echo.ts";
import { type Fix, joinReports, type Report } from "../operations/doctor/finding.ts";
import { type DoctorParts, recogniseProvider } from "../operations/doctor/parts.ts";
import { createRequests, isFailure } from "../operations/doctor/requests.ts";
import { runChecks } from "../operations/doctor/run.ts";
import { createBucket, DOCTOR_FOLDER } from "../platform/bucket/bucket.ts";
import { sdkProviderChain } from "../platform/bucket/credentials.ts";
import type { Bucket, BucketCapabilities } from "../platform/bucket/port.ts";
import type { Config } from "../platform/config/index.ts";
import { BUCKET_SETTINGS, NEXT } from "../platform/config/settings.ts";
import { createClamd } from "../platform/scanner/clamd.ts";
import { bucketTarget, describeBuckets, numberedBuckets } from "./base.ts";
import { openMailer } from "./core.ts";
import { openPlainSqlite } from "./database/open-plain.ts";

/** After this age, a test object of the doctor must come from a killed run. In milliseconds. */
const ABANDONED_AFTER_MS = 3_600_000;
const TIMEOUT_MS = 5_000;
const URL_SECONDS = 60;

type Options = {
  warnings: readonly string[];
  /** The doctor calls `onProgress` with the name of each check before the check runs. */
  onProgress?: (name: string) => void;
};

/** Checks the setup of a configuration. Needs no running service, and does not migrate the database. */
export async function runDoctor(config: Config, { warnings, onProgress }: Options): Promise<Report> {
  const report = await check(config, { warnings, ...(onProgress && { onProgress }) });
  if (config.nextBucket === undefined) return report;
  const { name } = bucketTarget(config.nextBucket.bucket);
  const next = await checkNextBucket(config, (step) => onProgress?.(`next bucket: ${step}`));
  const findings = next.findings.map((finding) => ({
    ...finding,
    detail: `The next bucket (${name}): ${finding.detail}`,
  }));
  return joinReports(report, {
    ...next,
    findings,
    unchecked: next.unchecked.map(({ subject, reason }) => ({ subject: `next bucket: ${subject}`, reason })),
    checked: next.checked.map((step) => `next bucket: ${step}`),
  });
}

/** Checks the next bucket, to which `valetkey move bucket` copies files. The configuration must have a next bucket. */
export async function checkNextBucket(config: Config, onProgress: (name: string) => void): Promise<Report> {
  const bucket = config.nextBucket?.bucket ?? config.bucket;
  const report = await check({ ...config, bucket }, { warnings: [], onProgress, onlyBucket: true });
  // The checks name the settings of the main bucket, so the prefix of the next bucket is added to each name.
  const nextFix = ({ label, text }: Fix): Fix => ({ label, text: text.replaceAll(SETTING_LINE, `${NEXT}$&`) });
  return { ...report, findings: report.findings.map((finding) => ({ ...finding, fix: finding.fix.map(nextFix) })) };
}

const SETTING_LINE = new RegExp(`^(?:${BUCKET_SETTINGS.join("|")})(?==)`, "gm");

type CheckOptions = { warnings: readonly string[]; onProgress?: (name: string) => void; onlyBucket?: boolean };

async function check(config: Config, { warnings, ...options }: CheckOptions): Promise<Report> {
  const { parts, close } = await openDoctor(config, { warnings });
  try {
    return await runChecks(parts, options);
  } finally {
    await close();
  }
}

/** Connects the checks to the database, the bucket and the other configured parts. `close` deletes the objects that the checks created. */
export async function openDoctor(
  config: Config,
  { warnings }: Pick<Options, "warnings">,
): Promise<{ parts: DoctorParts; close(): Promise<void> }> {
  const clock = Date.now;
  const target = bucketTarget(config.bucket);
  const { name, region, endpoint, forcePathStyle } = target;
  const bucket = createBucket({
    ...target,
    keyPrefix: `${target.keyPrefix}${DOCTOR_FOLDER}`,
    clock,
    random: randomBytes,
  });
  const chain = sdkProviderChain(region);
  const credentials = async () => config.bucket.credentials ?? (await chain());
  const s3 = createS3Client({ region, endpoint, forcePathStyle, credentials });
  const requests = createRequests({ clock, fetch });
  const keys: string[] = [];
  const newKey = () => {
    const key = bucket.newObjectKey();
    keys.push(key);
    return key;
  };
  let capabilities: Promise<BucketCapabilities> | undefined;
  const common = { bucket: name, region, forcePathStyle };
  const parts: DoctorParts = {
    config,
    warnings,
    requests,
    clock,
    newKey,
    publicUrl: config.server.publicUrl ?? `http://localhost:${config.server.port}`,
    provider: config.bucket.kind === "embedded" ? "embedded" : await providerAt(endpoint, requests),
    bucket: {
      name,
      endpoint,
      target: { ...common, endpoint },
      publicTarget: { ...common, endpoint: target.publicEndpoint ?? endpoint },
      credentials,
      s3,
      cloudFront: cloudFrontOf(config.bucket, bucket),
      capabilities() {
        capabilities ??= bucket.tryCapabilities([newKey(), newKey(), newKey()]);
        return capabilities;
      },
    },
    echo: createEchoProof({ secret: config.auth.secret, clock }),
    faultOfBuckets: () => faultOfConfiguredBuckets(config).catch(() => undefined),
    probeScanner: config.scanner && createClamd(config.scanner).probe,
    probeMail: config.mail && (await openMailer(config.mail)).probe,
  };
  return {
    parts,
    async close() {
      await removeObjects(bucket, { keys, before: clock() - ABANDONED_AFTER_MS });
      bucket.close();
      s3.destroy();
    },
  };
}

async function faultOfConfiguredBuckets(config: Config): Promise<BucketFault | undefined> {
  const { database } = config;
  const db =
    database.kind === "sqlite"
      ? openPlainSqlite(database.file, { readOnly: true })
      : (await import("./database/open-postgres.ts")).openPlainPostgres(database.url);
  try {
    const buckets = numberedBuckets(config);
    const forUploads = (await uploadBucketQueries(db).find())?.number ?? buckets[0].number;
    return await faultOfBuckets(db, { buckets: describeBuckets(buckets), forUploads });
  } finally {
    await db.close();
  }
}

function cloudFrontOf(config: Config["bucket"], bucket: Bucket): DoctorParts["bucket"]["cloudFront"] {
  if (config.kind === "embedded" || config.cloudFront === undefined || config.cloudFront.bindsIp) return undefined;
  const download = { filename: "doctor.txt", contentType: "text/plain", disposition: "attachment" } as const;
  return {
    url: config.cloudFront.distribution,
    async getUrl(objectKey) {
      const asked = { objectKey, ...download, expiresInSeconds: URL_SECONDS, now: Date.now(), clientIp: undefined };
      return (await bucket.presignGet(asked)).url;
    },
  };
}

type Target = {
  region: string;
  endpoint: string | undefined;
  forcePathStyle: boolean;
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string }>;
};

function createS3Client({ endpoint, ...target }: Target): S3Client {
  return new S3Client({
    ...target,
    ...(endpoint === undefined ? {} : { endpoint }),
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 1,
    requestHandler: { connectionTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS, throwOnRequestTimeout: true },
  });
}

/** Recognises the S3 provider by the host name of the endpoint. For an unknown host name, uses the headers of a response. */
async function providerAt(
  endpoint: string | undefined,
  requests: DoctorParts["requests"],
): Promise<DoctorParts["provider"]> {
  if (endpoint === undefined) return "aws";
  const answer = await requests.send(endpoint);
  return recogniseProvider({ endpoint, ...(isFailure(answer) ? {} : { headers: answer.headers }) });
}

/** Deletes the test objects of this run and of killed runs. A failure is harmless, because the next run deletes the remaining objects. */
async function removeObjects(
  bucket: Bucket,
  { keys, before }: { keys: readonly string[]; before: number },
): Promise<void> {
  try {
    if (keys.length > 0) await bucket.delete(keys);
    for await (const page of bucket.listMultiparts()) {
      for (const upload of page) if (upload.begunAt < before) await bucket.abortMultipart(upload);
    }
    for await (const page of bucket.listObjects()) {
      const old = page.filter(({ modifiedAt }) => modifiedAt < before);
      if (old.length > 0) await bucket.delete(old.map(({ objectKey }) => objectKey));
    }
  } catch {}
}
