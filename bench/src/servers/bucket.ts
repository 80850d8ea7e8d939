import { startS3Local } from "@valetkey/s3-local";
import { settings } from "../rig/settings.ts";

// Runs the built-in bucket in a separate process, which the services and all upload clients share.
const { accessKeyId, secretAccessKey, region, bucket } = settings;
const dataDir = process.argv[2] as string;
const { endpoint } = await startS3Local({
  dataDir,
  region,
  credentials: { accessKeyId, secretAccessKey },
  buckets: [bucket],
});
process.send?.(endpoint);
process.once("disconnect", () => process.exit());
