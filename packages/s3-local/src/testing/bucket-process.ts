import { startS3Local } from "../index.ts";
import { BUCKET, CREDENTIALS } from "./names.ts";

// Runs a bucket in a separate process, which tests can kill.
const dataDir = process.argv[2] as string;
const { endpoint } = await startS3Local({ dataDir, credentials: CREDENTIALS, buckets: [BUCKET] });
process.send?.(endpoint);
