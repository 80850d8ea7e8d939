import { startS3Local } from "../../../../packages/s3-local/src/index.ts";

// Runs the built-in bucket in a separate process, so that a test can kill the bucket, and restart the bucket on the old port.
const { dataDir, port, credentials, bucket, allowedOrigins } = JSON.parse(process.argv[2] as string);
// The parent process sets the number of milliseconds by which the clock of the bucket is ahead.
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
