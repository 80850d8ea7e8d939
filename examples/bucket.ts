import { startS3Local } from "@valetkey/s3-local";

const { BUCKET, AWS_REGION = "us-east-1", BUCKET_PORT = "9000", PORT = "3000" } = process.env;

/**
 * The bucket from the environment variables BUCKET and AWS_REGION. Without BUCKET, the example starts a bucket on the local disk for
 * development.
 */
export const bucket = BUCKET === undefined ? await startLocalBucket() : { name: BUCKET, region: AWS_REGION };

async function startLocalBucket() {
  const credentials = { accessKeyId: "development", secretAccessKey: "only-for-development" };
  const { endpoint } = await startS3Local({
    dataDir: "bucket",
    port: Number(BUCKET_PORT),
    credentials,
    buckets: ["files"],
    // The CORS rules of the bucket must permit the origin of the page, because the page sends files directly to the bucket.
    cors: { allowedOrigins: [`http://localhost:${PORT}`] },
  });
  return { name: "files", region: "us-east-1", endpoint, credentials };
}
