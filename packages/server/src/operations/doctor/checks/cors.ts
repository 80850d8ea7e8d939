import { type Fix, fault, findingOf, type Outcome, stepFix, unchecked } from "../finding.ts";
import { createSignedRequests } from "../objects.ts";
import { type BucketPlace, type Check, type DoctorParts, quoted, s3api } from "../parts.ts";
import { type Answer, isFailure, type Response } from "../requests.ts";

/** Faults of the CORS configuration, which affect only browsers. */
export const corsFaults = {
  "cors-missing": fault.error(
    "Browsers can't upload or show files: the bucket has no CORS configuration",
    "A browser sends the requests of a page only if the CORS rules of the bucket allow the page.",
  ),
  "cors-origin": fault.error(
    "Browsers can't upload or show files: the CORS configuration does not allow this service",
    "A browser sends the requests of a page only if the CORS rules of the bucket allow the page.",
  ),
  "cors-method": fault.error(
    "Browsers can't do everything: the CORS configuration does not allow a method",
    "Browsers need GET to show files, HEAD to read their size, and PUT to upload.",
  ),
  "cors-headers": fault.error(
    "Uploads fail in browsers: the CORS configuration does not allow their headers",
    "Browsers send the content type, the checksum and the condition of an upload, and stop without permission.",
  ),
  "cors-etag": fault.error(
    "Large uploads fail in browsers: the CORS configuration does not expose ETag",
    "A page can't read the ETag of a part, so multipart uploads fail.",
  ),
};

type FindingId = keyof typeof corsFaults;

const finding = findingOf(corsFaults);

const METHODS = ["GET", "PUT", "HEAD"];

type Ask = (method: string, headers?: readonly string[]) => Promise<Answer>;

/** Sends the requests of a browser to the public endpoint, and judges the responses as a browser does. */
export const corsCheck: Check = {
  name: "CORS",
  async run(parts) {
    const { origin } = new URL(parts.publicUrl);
    const signed = createSignedRequests(parts);
    const at = parts.bucket.publicTarget;
    const url = await signed.putUrl(parts.newKey(), { at });
    const ask: Ask = (method, headers = []) =>
      parts.requests.send(url, { method: "OPTIONS", headers: asking(origin, method, headers) });
    const report = (id: FindingId, detail: string): Outcome[] => [
      finding(id, { detail, fix: corsFix(parts, { origin }) }),
    ];

    const headers = await uploadHeaders(parts);
    const upload = await ask("PUT", headers);
    if (isFailure(upload)) return [unchecked("CORS", upload.reason)];
    if (!allows(upload, { origin, method: "PUT", headers })) {
      return explainRefusal({ ask, origin, upload, headers, report });
    }
    const others = await refusedMethods(ask, origin);
    if (others.length > 0)
      return report("cors-method", `The bucket refuses ${others.join(", ")} requests from pages of ${origin}.`);
    const stored = await signed.put(parts.newKey(), { at, origin });
    if (isFailure(stored) || stored.status !== 200)
      return [unchecked("exposed headers", "the public endpoint refuses an upload")];
    if (!isOrigin(stored, origin))
      return report("cors-origin", `A PUT from ${origin} got no access-control-allow-origin.`);
    if (listOf(stored, "access-control-expose-headers").some((name) => name === "etag" || name === "*")) return [];
    return report("cors-etag", "A PUT exposed no ETag in access-control-expose-headers.");
  },
};

/** Returns the headers of an upload that need permission. The capabilities of the bucket decide which headers are signed. */
async function uploadHeaders({ bucket }: DoctorParts): Promise<string[]> {
  const { conditionalPut, signedSha256 } = await bucket.capabilities();
  return [
    "content-type",
    ...(conditionalPut ? ["if-none-match"] : []),
    ...(signedSha256 ? ["x-amz-checksum-sha256"] : []),
  ];
}

type Refused = {
  ask: Ask;
  origin: string;
  upload: Response;
  headers: readonly string[];
  report: (id: FindingId, detail: string) => Outcome[];
};

async function explainRefusal({ ask, origin, upload, headers, report }: Refused): Promise<Outcome[]> {
  if (upload.text.includes("CORS is not enabled"))
    return report("cors-missing", "The bucket says that CORS is not enabled.");
  const plain = await ask("PUT");
  if (!isFailure(plain) && allows(plain, { origin, method: "PUT", headers: [] })) {
    const refused: string[] = [];
    for (const name of headers) {
      const answer = await ask("PUT", [name]);
      if (isFailure(answer) || !allows(answer, { origin, method: "PUT", headers: [name] })) refused.push(name);
    }
    return report("cors-headers", `The bucket refuses the headers ${refused.join(", ")} from pages of ${origin}.`);
  }
  const refused = await refusedMethods(ask, origin);
  if (refused.length < METHODS.length) {
    return report("cors-method", `The bucket refuses ${refused.join(", ")} requests from pages of ${origin}.`);
  }
  if (upload.status === 404 || upload.status === 405 || upload.status === 501) {
    return report(
      "cors-missing",
      `The bucket responded with status ${upload.status} when a page of this service asked for permission.`,
    );
  }
  return report("cors-origin", `The bucket refuses every request from pages of ${origin}.`);
}

async function refusedMethods(ask: Ask, origin: string): Promise<string[]> {
  const refused: string[] = [];
  for (const method of METHODS) {
    const answer = await ask(method);
    if (isFailure(answer) || !allows(answer, { origin, method, headers: [] })) refused.push(method);
  }
  return refused;
}

function asking(origin: string, method: string, headers: readonly string[]): Record<string, string> {
  const names = headers.length === 0 ? {} : { "access-control-request-headers": headers.join(",") };
  return { origin, "access-control-request-method": method, ...names };
}

/** Returns whether a preflight response permits a request (Fetch, "CORS-preflight fetch"). GET and HEAD need no permission. */
function allows(
  answer: Response,
  { origin, method, headers }: { origin: string; method: string; headers: readonly string[] },
): boolean {
  if (answer.status < 200 || answer.status > 299 || !isOrigin(answer, origin)) return false;
  const methods = listOf(answer, "access-control-allow-methods");
  if (method === "PUT" && !methods.includes("put") && !methods.includes("*")) return false;
  const allowed = listOf(answer, "access-control-allow-headers");
  return headers.every((name) => allowed.includes(name) || allowed.includes("*"));
}

function isOrigin({ headers }: Response, origin: string): boolean {
  const allowed = headers.get("access-control-allow-origin");
  return allowed === "*" || allowed === origin;
}

function listOf({ headers }: Response, name: string): string[] {
  return (headers.get(name) ?? "").split(",").map((each) => each.trim().toLowerCase());
}

const ALLOWED_METHODS = ["GET", "HEAD", "PUT"];
/** The headers of uploads. The remedy lists all these headers, because some providers refuse `*`. */
const ALLOWED_HEADERS = ["content-type", "if-none-match", "x-amz-checksum-sha256"];
const EXPOSED = ["ETag"];
const MAX_AGE_SECONDS = 3600;

/** Describes the CORS configuration that the service needs, in the format of the provider. */
export function corsFix(place: BucketPlace, { origin }: { origin: string }): Fix[] {
  const rules = [
    {
      AllowedOrigins: [origin],
      AllowedMethods: ALLOWED_METHODS,
      AllowedHeaders: ALLOWED_HEADERS,
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
      return [cli, { label: "option of weed, before July 2025", text: `-s3.allowedOrigins=${origin}` }];
    case "swift":
      return [
        { label: "proxy-server.conf of Swift, for preflights", text: swift(origin) },
        { label: "Swift command line, for the other responses", text: swiftContainer(place, origin) },
      ];
    case "embedded":
      return stepFix(`Restart the service. Each start allows pages of ${origin}.`);
    default:
      return [cli, json];
  }
}

function terraform({ bucket }: BucketPlace, origin: string): Fix {
  const text = `resource "aws_s3_bucket_cors_configuration" "valetkey" {
  bucket = "${bucket.name}"
  cors_rule {
    allowed_origins = ["${origin}"]
    allowed_methods = ${JSON.stringify(ALLOWED_METHODS)}
    allowed_headers = ${JSON.stringify(ALLOWED_HEADERS)}
    expose_headers  = ${JSON.stringify(EXPOSED)}
    max_age_seconds = ${MAX_AGE_SECONDS}
  }
}`;
  return { label: "Terraform", text };
}

function google({ bucket }: BucketPlace, origin: string): Fix {
  const responseHeader = ["Content-Type", "ETag", "x-amz-checksum-sha256"];
  const rule = { origin: [origin], method: ALLOWED_METHODS, responseHeader, maxAgeSeconds: MAX_AGE_SECONDS };
  const text = `echo ${quoted([rule])} > cors.json\ngcloud storage buckets update gs://${bucket.name} --cors-file=cors.json`;
  return { label: "gcloud command line", text };
}

function swift(origin: string): string {
  const headers = `cors_preflight_allow_headers = ${ALLOWED_HEADERS.join(", ")}`;
  return `[filter:s3api]\ncors_preflight_allow_origin = ${origin}\n${headers}\ncors_preflight_expose_headers = etag`;
}

function swiftContainer({ bucket }: BucketPlace, origin: string): string {
  const metadata = ["Access-Control-Allow-Origin", "Access-Control-Expose-Headers"];
  const values = [origin, "etag"];
  return `swift post ${bucket.name} ${metadata.map((name, index) => `-m "${name}:${values[index]}"`).join(" ")}`;
}
