import { parentPort, workerData } from "node:worker_threads";
import { type BucketEvent, startS3Local } from "@valetkey/s3-local";
import { serveBackups } from "./backup.ts";

export type BucketFailure = { requestId: string; message: string; stack: string | undefined; code: unknown };
/** A message from the worker thread: the bucket has started, or a request has failed. */
export type WorkerMessage = "started" | BucketFailure;

// The built-in bucket runs on a worker thread, because the hashing of every stored byte must not block the API.
const port = parentPort;
if (port === null) throw new Error("bucket-worker.ts runs as a worker thread");

// Sends a failure to the main thread. The error code is a separate field, because an error loses its code on the way to another thread.
function logger(event: BucketEvent): void {
  if (event.type !== "failure") return;
  const { message, stack, code } =
    event.error instanceof Error ? (event.error as NodeJS.ErrnoException) : toError(event.error);
  port?.postMessage({ requestId: event.requestId, message, stack, code } satisfies WorkerMessage);
}

function toError(error: unknown): NodeJS.ErrnoException {
  return new Error(String(error));
}

const s3 = await startS3Local({ ...workerData, logger });
// Some file systems do not support sockets. A backup is then possible only while the service is stopped.
const backups = await serveBackups(workerData.dataDir, s3.startBackup).catch((error: unknown) =>
  logger({ type: "failure", requestId: "", error }),
);
port.on("message", async ({ withinMs }: { withinMs: number }) => {
  backups?.close();
  await s3.close({ withinMs });
  port.close();
});
port.postMessage("started" satisfies WorkerMessage);
