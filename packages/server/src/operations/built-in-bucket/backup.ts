import { randomBytes } from "node:crypto";
import { type BucketBackup, listBlobs, startS3Local } from "@valetkey/s3-local";
import { DomainError } from "../../platform/errors.ts";
import { startInBucketProcess } from "./backup-socket.ts";

export { listBlobs };

/**
 * Starts a backup of the built-in bucket in `dataDir`. If the service is running, the bucket in its process makes the backup. If not, this
 * process runs the bucket for the backup. `end` rejects if the service stopped during the backup, because a stopped service no longer
 * protects the blobs.
 * Rejects with `bucket_unavailable`.
 */
export async function startBucketBackup(dataDir: string): Promise<BucketBackup> {
  try {
    const running = await startInBucketProcess(dataDir);
    if (running === undefined) return await startInThisProcess(dataDir);
    return {
      copyMetadata: (to) => running.copyMetadata(to).catch(refuse),
      end: () => running.end().catch(refuse),
    };
  } catch (cause) {
    return refuse(cause);
  }
}

/**
 * Runs the bucket in this process, only to lock the data folder and to copy the metadata. The credentials are random, so nobody can send
 * requests to this bucket.
 */
async function startInThisProcess(dataDir: string): Promise<BucketBackup> {
  const credentials = { accessKeyId: "backup", secretAccessKey: randomBytes(32).toString("hex") };
  const bucket = await startS3Local({ dataDir, credentials });
  const backup = await bucket.startBackup().catch(async (error) => {
    await bucket.close({ withinMs: 0 });
    throw error;
  });
  return {
    copyMetadata: backup.copyMetadata,
    async end() {
      await backup.end();
      await bucket.close({ withinMs: 0 });
    },
  };
}

function refuse(cause: unknown): never {
  const remedy = "Run the command again. If that fails too, stop the service first.";
  throw new DomainError("bucket_unavailable", `The built-in bucket can't be copied. ${remedy}`, { cause });
}
