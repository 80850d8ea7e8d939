import type { Fix } from "../finding.ts";
import { type BucketPlace, quoted, s3api } from "./bucket-place.ts";

const METHODS = ["GET", "HEAD", "PUT"];
/** The headers that uploads send. The remedy lists all of them, because some providers refuse a star. */
const HEADERS = ["content-type", "if-none-match", "x-amz-checksum-sha256"];
const EXPOSED = ["ETag"];
const MAX_AGE_SECONDS = 3600;

/** Describes the CORS configuration that the service needs, in the format of the provider. */
export function corsFix(place: BucketPlace, { origin }: { origin: string }): Fix[] {
  const rules = [
    {
      AllowedOrigins: [origin],
      AllowedMethods: METHODS,
      AllowedHeaders: HEADERS,
      ExposeHeaders: EXPOSED,
      MaxAgeSeconds: MAX_AGE_SECONDS,
    },
  ];
  const json: Fix = { label: "CORS configuration (JSON)", text: JSON.stringify(rules, null, 2) };
  const configuration = `--cors-configuration ${quoted({ CORSRules: rules })}`;
  const cli: Fix = {
    label: "AWS CLI (it replaces other CORS rules)",
    text: s3api(place, "put-bucket-cors", configuration),
  };
  switch (place.provider) {
    case "aws":
      return [cli, terraform(place, origin), json];
    case "r2":
      return [{ ...json, label: "Cloudflare dashboard: R2, bucket, Settings, CORS policy (JSON)" }];
    case "wasabi":
      return [{ ...json, label: "Wasabi console: bucket, Settings, Permissions, CORS (JSON)" }, cli];
    case "google":
      return [google(place, origin)];
    case "minio":
      return [{ label: "environment of MinIO", text: `MINIO_API_CORS_ALLOW_ORIGIN=${origin}` }];
    case "seaweedfs":
      return [cli, { label: "before July 2025: option of weed", text: `-s3.allowedOrigins=${origin}` }];
    case "swift":
      return [
        { label: "proxy-server.conf of Swift, for preflights", text: swift(origin) },
        { label: "Swift command line, for the other responses", text: swiftContainer(place, origin) },
      ];
    case "embedded":
      // The built-in bucket sets its CORS configuration only at its first start. After that, an operator must change the configuration with
      // a command.
      return [{ ...cli, label: "AWS CLI, with the keys in DATA_DIR/secrets.json, while the service runs" }];
    default:
      return [cli, json];
  }
}

function terraform({ bucket }: BucketPlace, origin: string): Fix {
  const text = `resource "aws_s3_bucket_cors_configuration" "valetkey" {
  bucket = "${bucket.name}"
  cors_rule {
    allowed_origins = ["${origin}"]
    allowed_methods = ${JSON.stringify(METHODS)}
    allowed_headers = ${JSON.stringify(HEADERS)}
    expose_headers  = ${JSON.stringify(EXPOSED)}
    max_age_seconds = ${MAX_AGE_SECONDS}
  }
}`;
  return { label: "Terraform", text };
}

function google({ bucket }: BucketPlace, origin: string): Fix {
  const responseHeader = ["Content-Type", "ETag", "x-amz-checksum-sha256"];
  const rule = { origin: [origin], method: METHODS, responseHeader, maxAgeSeconds: MAX_AGE_SECONDS };
  const text = `echo ${quoted([rule])} > cors.json\ngcloud storage buckets update gs://${bucket.name} --cors-file=cors.json`;
  return { label: "gcloud", text };
}

function swift(origin: string): string {
  const headers = `cors_preflight_allow_headers = ${HEADERS.join(", ")}`;
  return `[filter:s3api]\ncors_preflight_allow_origin = ${origin}\n${headers}\ncors_preflight_expose_headers = etag`;
}

function swiftContainer({ bucket }: BucketPlace, origin: string): string {
  const metadata = ["Access-Control-Allow-Origin", "Access-Control-Expose-Headers"];
  const values = [origin, "etag"];
  return `swift post ${bucket.name} ${metadata.map((name, index) => `-m "${name}:${values[index]}"`).join(" ")}`;
}
