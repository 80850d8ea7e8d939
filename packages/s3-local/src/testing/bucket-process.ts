import { startS3Local } from "../index.ts";
import { BUCKET, CREDENTIALS } from "./names.ts";

// Runs a bucket in a separate process, so that tests can kill the process.
const dataDir = process.argv[2] as string;
const { endpoint } = await startS3Local({ dataDir, credentials: CREDENTIALS, buckets: [BUCKET] });
process.send?.(endpoint);
