import { createPresigner, parseS3Url } from "@valetkey/presign";
import { Command, Option } from "commander";
import { loadSigningTarget } from "../platform/config/index.ts";
import { parseDuration } from "./duration.ts";

const METHODS = ["GET", "HEAD", "PUT", "DELETE"] as const;
type Options = { method: (typeof METHODS)[number]; expires: number; region?: string; endpoint?: string };

/** `valetkey presign` prints one presigned URL. The command needs neither the service nor the database. */
export function presignCommand(): Command {
  return new Command("presign")
    .description("print a presigned URL for one object")
    .argument("<url>", "s3://bucket/key, or any other S3 URL")
    .addOption(new Option("--method <method>", "what the URL allows").choices(METHODS).default("GET"))
    .option("--expires <duration>", "until it expires: 60s, 10m, 12h, at most 7d", parseDuration, 60)
    .option("--region <region>", "the bucket's region (default: AWS_REGION, then us-east-1)")
    .option("--endpoint <url>", "an S3 server other than AWS (default: S3_ENDPOINT)")
    .action(presign);
}

async function presign(address: string, options: Options): Promise<void> {
  const settings = loadSigningTarget();
  const endpoint = options.endpoint ?? settings.endpoint;
  const { bucket, key, region } = parseS3Url(address, endpoint === undefined ? {} : { endpoint });
  const presigner = createPresigner({
    bucket,
    region: options.region ?? region ?? settings.region ?? "us-east-1",
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: settings.forcePathStyle,
  });
  const credentials = settings.credentials ?? (await (await import("./find-credentials.ts")).findCredentials());
  const request = { key, credentials, expiresInSeconds: options.expires, now: Date.now() };
  const sign = {
    GET: presigner.presignGet,
    HEAD: presigner.presignHead,
    PUT: presigner.presignPut,
    DELETE: presigner.presignDelete,
  }[options.method];
  process.stdout.write(`${sign(request).url}\n`);
}
