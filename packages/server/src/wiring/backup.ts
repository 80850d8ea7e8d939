import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { uploadBucketQueries } from "../features/storage/queries.ts";
import { hasBucketNumbers, requireSettingsOfBuckets } from "../features/storage/upload-bucket.ts";
import { gatherObjects } from "../operations/backup/gather.ts";
import { makeBackup } from "../operations/backup/make.ts";
import type { Manifest } from "../operations/backup/manifest.ts";
import { restoreBackup } from "../operations/backup/restore.ts";
import { listBlobs, startBucketBackup } from "../operations/built-in-bucket/backup.ts";
import { createBucket } from "../platform/bucket/bucket.ts";
import { joinBuckets } from "../platform/bucket/numbered.ts";
import type { Config } from "../platform/config/index.ts";
import { hasMigration } from "../platform/database/migrate.ts";
import { openSnapshot } from "../platform/database/sqlite/snapshot.ts";
import { DomainError } from "../platform/errors.ts";
import { ownVersion } from "../platform/version.ts";
import { bucketTarget, describeBuckets, type NumberedConfig, numberedBuckets } from "./base.ts";
import { openPlainSqlite } from "./database/open-plain.ts";

type Stored = Pick<Config, "server" | "database" | "bucket" | "bucketNumber" | "nextBucket">;
type Options = { backupDir: string; writeProgress: (line: string) => void };
type BackupOptions = Options & { verify: boolean };

/**
 * Creates a backup of the embedded database and the built-in bucket. During a move to another bucket, the backup also has the objects of the
 * other bucket. Throws `invalid_request` if the database or the bucket is not embedded.
 */
export function backUp(config: Stored, options: BackupOptions): Promise<Manifest> {
  const { file } = embeddedParts(config);
  const { dataDir } = config.server;
  return makeBackup({
    dataDir,
    ...options,
    source: {
      startBucket: () => startBucketBackup(join(dataDir, "bucket")),
      openSnapshot: () => openSnapshot(file),
      listBlobs,
      gather: (copy) => gather(config, { ...options, ...copy }),
    },
    version: ownVersion(),
    now: new Date(),
  });
}

/** Restores a backup into DATA_DIR. Throws `invalid_request`, for example if the database or the bucket is not embedded. */
export function restore(config: Stored, { backupDir, writeProgress }: Options): Promise<Manifest> {
  embeddedParts(config);
  return restoreBackup({
    backupDir,
    dataDir: config.server.dataDir,
    knowsMigration: (name) => hasMigration("sqlite", name),
    writeProgress,
  });
}

type Copy = { databaseFile: string; metadataFile: string };

/** Checks that the settings have all buckets of the database, and adds the objects of the other bucket to the backup. */
async function gather(config: Stored, { databaseFile, metadataFile, ...options }: Copy & BackupOptions) {
  const { file, builtIn } = embeddedParts(config);
  const [main, ...others] = numberedBuckets(config);
  const db = openPlainSqlite(databaseFile);
  const bucket = joinBuckets([open(main), ...others.map(open)], { numberForUploads: () => builtIn.number });
  try {
    if (!(await hasBucketNumbers(db))) return [];
    const forUploads = (await uploadBucketQueries(db).find())?.number ?? main.number;
    await requireSettingsOfBuckets(db, { buckets: describeBuckets([main, ...others]), forUploads });
    const from = [main, ...others].find(({ number }) => number !== builtIn.number)?.number;
    if (from === undefined) return [];
    const metadata = metadataFile;
    const isNamed = (objectKey: string) => isNamedIn(file, objectKey);
    return await gatherObjects({ ...options, db, metadata, bucket, builtIn, from, isNamed });
  } finally {
    bucket.close();
    db.close();
  }
}

function open({ bucket, number }: NumberedConfig) {
  const { keyPrefix } = bucket;
  return { number, keyPrefix, bucket: createBucket({ ...bucketTarget(bucket), clock: Date.now, random: randomBytes }) };
}

function isNamedIn(file: string, objectKey: string): boolean {
  const snapshot = openSnapshot(file);
  try {
    return snapshot.names(objectKey);
  } finally {
    snapshot.close();
  }
}

function embeddedParts(config: Stored): { file: string; builtIn: { number: number; name: string } } {
  const { database } = config;
  const builtIn = numberedBuckets(config).find(({ bucket }) => bucket.kind === "embedded");
  if (database.kind === "sqlite" && builtIn !== undefined) {
    return { file: database.file, builtIn: { number: builtIn.number, name: builtIn.bucket.name } };
  }
  throw new DomainError(
    "invalid_request",
    "This command copies the embedded database and the built-in bucket only. Without DATABASE_URL and AWS_BUCKET_NAME it can run. docs/operations.md has the steps for PostgreSQL and S3.",
  );
}
