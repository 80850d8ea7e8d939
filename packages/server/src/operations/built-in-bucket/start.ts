import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DomainError } from "../../platform/errors.ts";
import type { BucketFailure, WorkerMessage } from "./bucket-worker.ts";

/**
 * Starts the built-in bucket on a worker thread. `close` waits for running requests for up to `withinMs` milliseconds, and then ends the
 * thread. Rejects with `bucket_unavailable`, or with the error about the port if the bucket cannot listen.
 */
export async function startBuiltInBucket(
  bucket: {
    host: string;
    port: number;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    name: string;
  },
  {
    dataDir,
    allowedOrigins,
    onFailure,
  }: {
    dataDir: string;
    allowedOrigins: string[];
    /** Called for each request that fails because of a fault inside the bucket. */
    onFailure: (failure: BucketFailure) => void;
  },
): Promise<{ close(withinMs: number): Promise<void> }> {
  const { host, port, region, credentials, name } = bucket;
  const workerData = { dataDir, host, port, region, credentials, buckets: [name], cors: { allowedOrigins } };
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./bucket-worker.${extension}`, import.meta.url), { workerData });
  worker.on("message", (message: WorkerMessage) => message !== "started" && onFailure(message));
  await once(worker, "message").catch((cause) => {
    if (cause.syscall === "listen") throw cause;
    const remedy = cause.code === "EROFS" ? "Mount its disk for writing" : "Stop the other process";
    const message = `The built-in bucket can't use ${dataDir}. ${remedy}, or set DATA_DIR to another folder.`;
    throw new DomainError("bucket_unavailable", message, { cause });
  });
  return {
    async close(withinMs) {
      const exited = once(worker, "exit");
      worker.postMessage({ withinMs });
      await exited;
    },
  };
}
