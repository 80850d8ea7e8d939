import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { uploadBucketQueries } from "../features/storage/move-queries.ts";
import { requireSettingsOfBuckets } from "../features/storage/upload-bucket.ts";
import { gatherObjects } from "../operations/backup/gather.ts";
import { type CopiedFiles, makeBackup } from "../operations/backup/make.ts";
import type { Manifest } from "../operations/backup/manifest.ts";
import { restoreBackup } from "../operations/backup/restore.ts";
import { listBlobs, startBucketBackup } from "../operations/built-in-bucket/backup.ts";
import { createBucket } from "../platform/bucket/bucket.ts";
import { joinBuckets } from "../platform/bucket/numbered.ts";
import type { Config } from "../platform/config/index.ts";
import { hasMigration } from "../platform/database/migrate.ts";
import { openSnapshot } from "../platform/database/sqlite/snapshot.ts";
import { DomainError, invalidRequest } from "../platform/errors.ts";
import { ownVersion } from "../platform/modules.ts";
import { bucketTarget, describeBuckets, type NumberedConfig, numberedBuckets } from "./base.ts";
import { openPlainSqlite } from "./database/open-plain.ts";

type Stored = Pick<Config, "server" | "database" | "bucket" | "bucketNumber" | "nextBucket">;
type Options = { backupDir: string; writeProgress: (line: string) => void };
type BackupOptions = Options & { verify: boolean };

/**
 * Creates a backup of the embedded database and the built-in bucket. During a move to another bucket, the backup also contains the objects
 * of that bucket. Throws `invalid_request` if the database or the bucket is not embedded.
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

type Copies = CopiedFiles & { earlier: CopiedFiles | undefined };

/** Checks that the settings name all buckets that the database uses. During a bucket move, adds the objects of the bucket that is not built in to the backup. */
async function gather(config: Stored, { databaseFile, metadataFile, earlier, ...options }: Copies & BackupOptions) {
  const { file, builtIn } = embeddedParts(config);
  const settings = numberedBuckets(config);
  const [main, ...others] = settings;
  const db = openPlainSqlite(databaseFile);
  const [first, ...rest] = [open(main), ...others.map(open)] as const;
  const described = describeBuckets(settings);
  const bucket = joinBuckets([first, ...rest], { numberForUploads: () => builtIn.number });
  try {
    const forUploads = (await uploadBucketQueries(db).find())?.number ?? main.number;
    await requireSettingsOfBuckets(db, { buckets: described, forUploads });
    const other = [first, ...rest].find(({ number }) => number !== builtIn.number);
    if (other === undefined) return [];
    return await gatherObjects({
      ...options,
      ...{ db, metadata: metadataFile, bucket, builtIn, from: other.number },
      earlier: earlier && {
        open: () => openPlainSqlite(earlier.databaseFile, { readOnly: true }),
        metadata: earlier.metadataFile,
      },
      hasFile: (attachmentId) => hasFile(file, attachmentId),
      probe: other.bucket.probe,
    }).catch((error) => refuse(error, described.find(({ number }) => number === other.number)?.title));
  } finally {
    bucket.close();
    db.close();
  }
}

function open({ bucket, number }: NumberedConfig) {
  const { keyPrefix } = bucket;
  return { number, keyPrefix, bucket: createBucket({ ...bucketTarget(bucket), clock: Date.now, random: randomBytes }) };
}

/** Adds the name of the bucket to an error of this bucket, and throws the error. */
function refuse(error: unknown, title = ""): never {
  if (!(error instanceof DomainError) || error.code !== "bucket_unavailable") throw error;
  throw new DomainError(error.code, `${title} failed during the backup. ${error.message}`, { cause: error.cause });
}

function hasFile(file: string, attachmentId: string): boolean {
  const snapshot = openSnapshot(file);
  try {
    return snapshot.hasFile(attachmentId);
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
  throw invalidRequest(
    "This command copies the embedded database and the built-in bucket only. Without DATABASE_URL and AWS_BUCKET_NAME it can run. docs/operations.md has the steps for PostgreSQL and S3.",
  );
}
