import { join } from "node:path";
import { makeBackup } from "../operations/backup/make.ts";
import type { Manifest } from "../operations/backup/manifest.ts";
import { restoreBackup } from "../operations/backup/restore.ts";
import { listBlobs, startBucketBackup } from "../operations/built-in-bucket/backup.ts";
import type { Config } from "../platform/config/index.ts";
import { hasMigration } from "../platform/database/migrate.ts";
import { openSnapshot } from "../platform/database/sqlite/snapshot.ts";
import { DomainError } from "../platform/errors.ts";
import { ownVersion } from "../platform/version.ts";

type Stored = Pick<Config, "server" | "database" | "bucket" | "nextBucket">;
type Options = { backupDir: string; writeProgress: (line: string) => void };
type BackupOptions = Options & { verify: boolean };

/**
 * Creates a backup of the embedded database and the built-in bucket. Throws `invalid_request` if the database or the bucket is not
 * embedded.
 */
export function backUp(config: Stored, { backupDir, verify, writeProgress }: BackupOptions): Promise<Manifest> {
  const file = embeddedFile(config);
  const { dataDir } = config.server;
  return makeBackup({
    dataDir,
    backupDir,
    source: {
      startBucket: () => startBucketBackup(join(dataDir, "bucket")),
      openSnapshot: () => openSnapshot(file),
      listBlobs,
    },
    version: ownVersion(),
    now: new Date(),
    verify,
    writeProgress,
  });
}

/** Restores a backup into DATA_DIR. Throws `invalid_request`, for example if the database or the bucket is not embedded. */
export function restore(config: Stored, { backupDir, writeProgress }: Options): Promise<Manifest> {
  embeddedFile(config);
  return restoreBackup({
    backupDir,
    dataDir: config.server.dataDir,
    knowsMigration: (name) => hasMigration("sqlite", name),
    writeProgress,
  });
}

function embeddedFile({ database, bucket, nextBucket }: Stored): string {
  if (nextBucket !== undefined) {
    throw new DomainError(
      "invalid_request",
      "This command copies one built-in bucket, and the settings have two buckets: files of the other bucket would be missing. Finish the move first (docs/moving.md).",
    );
  }
  if (database.kind === "sqlite" && bucket.kind === "embedded") return database.file;
  throw new DomainError(
    "invalid_request",
    "This command copies the embedded database and the built-in bucket only. Without DATABASE_URL and AWS_BUCKET_NAME it can run. docs/operations.md has the steps for PostgreSQL and S3.",
  );
}
