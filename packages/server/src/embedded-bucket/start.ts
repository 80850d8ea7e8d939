import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DomainError } from "../domain/errors.ts";

export type EmbeddedBucket = {
  /** Its URL, without a trailing slash. */
  endpoint: string;
  /** Finishes the requests in flight, and ends the worker thread. */
  close(): Promise<void>;
};

/** Starts the embedded bucket on a worker thread. Rejects with `bucket_unavailable`, or with the error of its port. */
export async function startEmbeddedBucket(options: {
  dataDir: string;
  host: string;
  port: number;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  bucketName: string;
  allowedOrigins: string[];
}): Promise<EmbeddedBucket> {
  const { bucketName, allowedOrigins, ...rest } = options;
  const workerData = { ...rest, buckets: [bucketName], cors: { allowedOrigins } };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData });
  const [message] = (await once(worker, "message").catch((cause) => {
    if (cause.syscall === "listen") throw cause;
    const remedy = "Stop the other process, or set DATA_DIR to another folder.";
    throw new DomainError("bucket_unavailable", `The embedded bucket can't use ${options.dataDir}. ${remedy}`, {
      cause,
    });
  })) as [{ endpoint: string }];
  return {
    endpoint: message.endpoint,
    async close() {
      const exited = once(worker, "exit");
      worker.postMessage("close");
      await exited;
    },
  };
}
