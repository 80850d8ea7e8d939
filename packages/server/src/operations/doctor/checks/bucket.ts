import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { commandFix, environmentFix, fault, findingOf, type Outcome, stepFix, unchecked } from "../finding.ts";
import { attempt, BODY, createSignedRequests } from "../objects.ts";
import { type Check, type DoctorParts, s3api } from "../parts.ts";
import {
  type Answer,
  clockOffsetMs,
  type Failure,
  isFailure,
  isTlsFailure,
  type Response,
  unreachableFix,
} from "../requests.ts";
import { permissionFix } from "./permissions.ts";

/** Faults of the connection to the bucket, and of its credentials. */
export const bucketFaults = {
  "bucket-unreachable": fault.error(
    "No file can be stored or read: the S3 server can't be reached",
    "The network, a firewall or a wrong S3_ENDPOINT is in the way.",
  ),
  "bucket-tls": fault.error(
    "No file can be stored or read: TLS to the S3 server fails",
    "The service refuses a connection that it can't verify. Browsers refuse it too.",
  ),
  "bucket-not-s3": fault.error(
    "No file can be stored or read: the endpoint is not an S3 server",
    "Another web server, a console or a login page listens there.",
  ),
  "endpoint-has-bucket": fault.error(
    "No file can be stored or read: the endpoint contains the bucket's name",
    "The service adds the name itself, so it calls another path than the bucket has.",
  ),
  "bucket-missing": fault.error(
    "No file can be stored or read: the bucket does not exist",
    "The credentials work, and the server has no bucket of this name.",
  ),
  "bucket-region": fault.error(
    "No file can be stored or read: the bucket is in another region",
    "A signature contains the region, so the bucket refuses every URL.",
  ),
  "access-key-unknown": fault.error(
    "No file can be stored or read: the S3 server rejects the access key",
    "The bucket refuses every call and every URL.",
  ),
  "secret-key-wrong": fault.error(
    "No file can be stored or read: the bucket refuses the signature",
    "The secret key is wrong, or a proxy changes the Host header or the path. Every URL fails.",
  ),
  "credentials-missing": fault.error(
    "No file can be stored or read: there are no credentials for the bucket",
    "The service can't sign any URL.",
  ),
  "credentials-expired": fault.error(
    "No file can be stored or read: the temporary credentials are not valid",
    "A URL is valid only as long as the credentials that signed it.",
  ),
  "credentials-expire-soon": fault.warning(
    "Long uploads may break: the credentials expire soon",
    "A URL ends with the credentials that signed it. Long uploads then break.",
  ),
  "credentials-fixed-session": fault.warning(
    "Files will stop working within hours: the configuration holds temporary credentials",
    "AWS_SESSION_TOKEN expires within hours, and the service can't renew it.",
  ),
  "clock-skew": fault.error(
    "Downloads and uploads may fail: this machine and the bucket have different clocks",
    "Each URL lives shorter or longer by the difference. From 15 minutes on, S3 refuses every call.",
  ),
  "bucket-refuses": fault.error(
    "No file can be stored: the bucket refuses a plain upload",
    "The S3 server has a fault, or a reason of its own.",
  ),
  "permission-put": fault.error(
    "No file can be stored: the credentials may not write objects",
    "An upload URL has only the rights of these credentials.",
  ),
};

type FindingId = keyof typeof bucketFaults;

const finding = findingOf(bucketFaults);

/** The service renews credentials five minutes before they expire. */
const RENEW_BEFORE_MS = 300_000;

/** Reports missing credentials, and temporary credentials that expire soon. */
export const credentialsCheck: Check = {
  name: "credentials of the bucket",
  async run(parts) {
    const { bucket, clock, config } = parts;
    try {
      const { expiration } = await bucket.credentials();
      return [...fixedSession(config), ...expiring(expiration, clock())];
    } catch {
      const fix = environmentFix("AWS_ACCESS_KEY_ID=your-access-key", "AWS_SECRET_ACCESS_KEY=your-secret-key");
      const detail = "Neither the environment, a profile, SSO nor a role of this machine has credentials.";
      return [finding("credentials-missing", { detail, fix })];
    }
  },
};

function fixedSession({ bucket }: DoctorParts["config"]): Outcome[] {
  if (bucket.credentials === undefined || bucket.credentials.sessionToken === undefined) return [];
  const detail = "AWS_SESSION_TOKEN is set. Nothing says when it expires.";
  const text = "Remove the three AWS_ variables, and give the machine a role. Or create an access key of a user.";
  return [finding("credentials-fixed-session", { detail, fix: stepFix(text) })];
}

function expiring(expiration: Date | undefined, now: number): Outcome[] {
  if (expiration === undefined) return [];
  const leftMs = expiration.getTime() - now;
  if (leftMs > RENEW_BEFORE_MS) return [];
  const fix = stepFix("Let the credential source renew them earlier, with a lifetime of at least an hour.");
  if (leftMs > 0) {
    const detail = `They expire in ${Math.ceil(leftMs / 1000)} seconds, at ${expiration.toISOString()}.`;
    return [finding("credentials-expire-soon", { detail, fix })];
  }
  return [finding("credentials-expired", { detail: `The credentials expired at ${expiration.toISOString()}.`, fix })];
}

/**
 * The maximum difference between the clocks. Five seconds are more than a response takes, and much less than the default lifetime of URLs
 * (60 seconds).
 */
const CLOCK_TOLERANCE_MS = 5_000;

const BY_CODE: Partial<Record<string, FindingId>> = {
  NoSuchBucket: "bucket-missing",
  InvalidAccessKeyId: "access-key-unknown",
  SignatureDoesNotMatch: "secret-key-wrong",
  ExpiredToken: "credentials-expired",
  InvalidToken: "credentials-expired",
  TokenRefreshRequired: "credentials-expired",
  PermanentRedirect: "bucket-region",
  TemporaryRedirect: "bucket-region",
  IllegalLocationConstraintException: "bucket-region",
  RequestTimeTooSkewed: "clock-skew",
};

/** Stores a small object with a presigned URL, as a browser does. All other checks of the bucket need a successful upload. */
export const reachCheck: Check = {
  name: "reach the bucket",
  async run(parts) {
    const path = await checkPath(parts);
    if (path.length > 0) return path;
    const signed = createSignedRequests(parts);
    const key = parts.newKey();
    const answer = await signed.put(key);
    if (isFailure(answer)) return [explainFailure(parts, answer)];
    const clock = checkClock(answer);
    const refusal = answer.status === 200 ? checkStored(await signed.get(key)) : [explainRefusal(parts, answer)];
    // A wrong clock explains the refusal, so the report contains only the finding about the clock.
    if (clock.length > 0 && (answer.code === "AccessDenied" || answer.code === "RequestTimeTooSkewed")) return clock;
    return [...clock, ...refusal];
  },
};

function explainFailure({ bucket, config }: DoctorParts, failed: Failure): Outcome {
  const { failure, reason } = failed;
  if (config.bucket.kind === "embedded" && failure === "ECONNREFUSED") {
    return unchecked("bucket", "the service serves the built-in bucket, and does not run");
  }
  const url = bucket.endpoint ?? `https://s3.${bucket.target.region}.amazonaws.com`;
  const detail = `${new URL(url).host}: ${reason}.`;
  if (failure.startsWith("HPE_")) return finding("bucket-not-s3", { detail, fix: endpointFix() });
  const fix = unreachableFix(failed, { setting: "S3_ENDPOINT", url, dataDir: config.server.dataDir });
  return finding(isTlsFailure(failed) ? "bucket-tls" : "bucket-unreachable", { detail, fix });
}

/** Reports an endpoint that ends with the name of the bucket, unless the bucket can be listed there. Some endpoints have such a path. */
async function checkPath({ bucket }: DoctorParts): Promise<Outcome[]> {
  const { endpoint, name, s3, target } = bucket;
  if (endpoint === undefined || !target.forcePathStyle || !endpoint.endsWith(`/${name}`)) return [];
  const listed = await attempt(s3.send(new ListObjectsV2Command({ Bucket: name, MaxKeys: 1 })));
  if ("output" in listed) return [];
  const detail = `S3_ENDPOINT is ${endpoint}, and the bucket is ${name}.`;
  return [
    finding("endpoint-has-bucket", {
      detail,
      fix: environmentFix(`S3_ENDPOINT=${endpoint.slice(0, -name.length - 1)}`),
    }),
  ];
}

/** Compares the downloaded bytes with the stored bytes. Some web servers accept every request, and always return the same page. */
function checkStored(answer: Answer): Outcome[] {
  if (isFailure(answer) || answer.status !== 200 || answer.text === BODY) return [];
  const detail = `It accepted an object, and returned ${answer.headers.get("content-type") ?? "something else"} instead of it.`;
  return [finding("bucket-not-s3", { detail, fix: endpointFix() })];
}

function endpointFix() {
  return environmentFix("S3_ENDPOINT=https://the-s3-server.example.com");
}

function checkClock(answer: Response): Outcome[] {
  const offsetMs = clockOffsetMs(answer);
  if (offsetMs === undefined) return [unchecked("clock", "the responses of the bucket have no date")];
  if (Math.abs(offsetMs) <= CLOCK_TOLERANCE_MS) return [];
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const detail =
    offsetMs > 0
      ? `This machine is ${seconds} seconds behind the bucket.`
      : `This machine is ${seconds} seconds ahead of the bucket.`;
  return [finding("clock-skew", { detail, fix: commandFix("timedatectl set-ntp true", "timedatectl status") })];
}

function explainRefusal(parts: DoctorParts, answer: Response): Outcome {
  const { status, code } = answer;
  const id = regionOf(answer) === undefined ? (BY_CODE[code ?? ""] ?? byBody(answer)) : "bucket-region";
  const said = code === undefined ? `status ${status}` : `${code}, status ${status}`;
  const detail = `The bucket ${parts.bucket.name} responded to a signed PUT with ${said}.`;
  return finding(id, { detail, fix: fixOf(parts, id, answer) });
}

function byBody({ code, status, headers }: Response): FindingId {
  if (code === "AccessDenied") return "permission-put";
  const isXml = /xml/.test(headers.get("content-type") ?? "");
  if (code === undefined && !isXml) return status >= 500 ? "bucket-refuses" : "bucket-not-s3";
  return "bucket-refuses";
}

/**
 * Returns the real region after a refusal, or an empty text if the response does not name it. Returns undefined if the refusal has another
 * reason.
 */
function regionOf({ status, headers, text, code }: Response): string | undefined {
  const named = headers.get("x-amz-bucket-region") ?? undefined;
  if ((status === 301 || status === 307) && named !== undefined) return named;
  const aboutRegion = code === "AuthorizationHeaderMalformed" || code === "AuthorizationQueryParametersError";
  if (!aboutRegion) return undefined;
  return /<Region>([a-z0-9-]{1,40})<\/Region>/.exec(text)?.[1] ?? /expecting '([a-z0-9-]{1,40})'/.exec(text)?.[1] ?? "";
}

function fixOf(parts: DoctorParts, id: FindingId, answer: Response) {
  switch (id) {
    case "bucket-missing":
      return [...commandFix(s3api(parts, "create-bucket")), ...environmentFix("AWS_BUCKET_NAME=the-bucket")];
    case "bucket-region":
      return environmentFix(`AWS_REGION=${regionOf(answer) || "the-region-of-the-bucket"}`);
    case "access-key-unknown":
      return environmentFix("AWS_ACCESS_KEY_ID=your-access-key", "AWS_SECRET_ACCESS_KEY=your-secret-key");
    case "secret-key-wrong":
      return [
        ...environmentFix("AWS_SECRET_ACCESS_KEY=your-secret-key"),
        ...stepFix(
          "If the key is right, let no proxy before the S3 server change the Host header, the path or the query.",
        ),
      ];
    case "credentials-expired":
      return stepFix("Renew the credentials, or give the machine a role that the service renews itself.");
    case "clock-skew":
      return commandFix("timedatectl set-ntp true");
    case "permission-put":
      return permissionFix(parts);
    case "bucket-not-s3":
      return endpointFix();
    default:
      return stepFix("Read the log of the S3 server at this time.");
  }
}
