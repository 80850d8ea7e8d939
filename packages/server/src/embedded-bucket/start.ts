import { once } from "node:events";
import { Worker } from "node:worker_threads";

export type EmbeddedBucket = {
  /** Where it listens, without a trailing slash. */
  endpoint: string;
  /** Lets requests in flight finish. */
  close(): Promise<void>;
};

/** Starts the embedded bucket on a thread of its own. Rejects with the bucket's error, such as a port in use or a locked folder. */
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
  const [message] = (await once(worker, "message")) as [{ endpoint: string }];
  return {
    endpoint: message.endpoint,
    async close() {
      const exited = once(worker, "exit");
      worker.postMessage("close");
      await exited;
    },
  };
}
