import { startS3Local } from "../../../../packages/s3-local/src/index.ts";

// Runs the built-in bucket in a separate process, which a test can kill and restart on the same port.
const { dataDir, port, credentials, bucket, allowedOrigins } = JSON.parse(process.argv[2] as string);
// The milliseconds by which the clock of the bucket is ahead, as the parent process requests.
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
