import { startS3Local } from "../../../../packages/s3-local/src/index.ts";

// The embedded bucket in a process of its own, to be killed and started again at the same address.
const { dataDir, port, credentials, bucket, allowedOrigins } = JSON.parse(process.argv[2] as string);
// Switched by the parent: how far the clock of the bucket is ahead.
let aheadMs = 0;
process.on("message", (message: { aheadMs: number }) => {
  aheadMs = message.aheadMs;
  process.send?.("set");
});
await startS3Local({
  dataDir,
  port,
  credentials,
  buckets: [bucket],
  cors: { allowedOrigins },
  now: () => Date.now() + aheadMs,
});
process.send?.("listening");
