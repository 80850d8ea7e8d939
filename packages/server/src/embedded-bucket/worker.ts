import { parentPort, workerData } from "node:worker_threads";
import { startS3Local } from "@valetkey/s3-local";

// The embedded bucket hashes every byte that it stores. On a worker thread, the hashing never blocks the API.
const port = parentPort;
if (port === null) throw new Error("worker.ts runs as a worker thread");
const s3 = await startS3Local(workerData);
port.on("message", async ({ withinMs }: { withinMs: number }) => {
  await s3.close({ withinMs });
  port.close();
});
port.postMessage("started");
