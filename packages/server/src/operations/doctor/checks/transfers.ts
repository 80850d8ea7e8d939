import { createHash } from "node:crypto";
import { environmentFix, fault, findingOf, type Outcome, stepFix } from "../finding.ts";
import { BODY, createSignedRequests, TYPE } from "../objects.ts";
import type { Check, DoctorParts } from "../parts.ts";
import { type Answer, isFailure, isLocal, type Response, unreachableFix } from "../requests.ts";

/** Faults that only the upload and the download of a whole test object show. */
export const transferFaults = {
  "endpoint-plain-http": fault.warning(
    "Others on the network can read files: the bucket connection is not encrypted",
    "Everyone on the network reads the files, and the URLs that give access to them.",
  ),
  "etag-lost": fault.error(
    "Uploads fail: responses for objects have no ETag",
    "The service and browsers compare the ETag of what they uploaded, so uploads fail.",
  ),
  "range-ignored": fault.error(
    "Downloads can't resume, and videos can't seek: the header Range is ignored",
    "The service reads parts of files to verify them. Videos can't seek, and a broken download starts again.",
  ),
  "download-headers-lost": fault.error(
    "Browsers may open files instead of saving them: downloads lack their headers",
    "Browsers show files as pages that they should only save, and save files under wrong names.",
  ),
  "download-changed": fault.error(
    "Downloads are damaged: they return other bytes than the upload stored",
    "A proxy changes files, or another web server responds instead of the bucket.",
  ),
  "cloudfront-unusable": fault.error(
    "No file can be downloaded: CloudFront serves no downloads",
    "The service signs all download URLs for CLOUDFRONT_DOMAIN.",
  ),
  "mixed-content": fault.error(
    "Browsers can't upload or show files: the pages use https, and the bucket http",
    "Browsers block such requests as mixed content, so no file can be uploaded or shown.",
  ),
  "public-endpoint-unreachable": fault.error(
    "Browsers can't upload or show files: the public endpoint does not respond",
    "Browsers get URLs at S3_PUBLIC_ENDPOINT.",
  ),
  "public-endpoint-refuses": fault.error(
    "Browsers can't upload or show files: the public endpoint refuses signed URLs",
    "A proxy in front of the bucket changes the Host header, the path, the query or another header.",
  ),
};

type FindingId = keyof typeof transferFaults;

const finding = findingOf(transferFaults);

const SHA256 = createHash("sha256").update(BODY).digest("base64");
const DISPOSITION = 'attachment; filename="doctor.txt"';
/** The headers that a download must have. A distribution gets its URL from the service, which may leave the filename without quotes. */
const EXPECTED = { "Content-Disposition": /^attachment;.*doctor\.txt/, "Content-Type": /^text\/plain\b/ };
const RANGE = { header: "bytes=2-5", text: BODY.slice(2, 6) };

/** One network path to the bucket. `unreachable` and `refuses` are undefined if an earlier check reports such a fault. */
type Hop = {
  setting: string;
  url: string;
  unreachable?: FindingId;
  refuses?: FindingId;
  /** Undefined if no uploads use this network path. */
  put?(key: string): Promise<Answer>;
  getUrl(key: string): Promise<string>;
};

/** Uploads and downloads one whole object on each network path to the bucket, as the service and browsers do. */
export const transfersCheck: Check = {
  name: "uploads and downloads",
  async run(parts) {
    const outcomes = judgeScheme(parts);
    for (const hop of await hopsOf(parts)) outcomes.push(...(await judgeHop(parts, hop)));
    return outcomes;
  },
};

function judgeScheme({ publicUrl, provider, bucket }: DoctorParts): Outcome[] {
  const { endpoint = "https:" } = bucket.publicTarget;
  if (endpoint.startsWith("https:")) return [];
  const fix = [
    ...environmentFix(`S3_PUBLIC_ENDPOINT=${endpoint.replace(/^http:/, "https:")}`),
    ...stepFix("Let the server at this URL, or a proxy before it, respond with TLS."),
  ];
  const detail = `URLs of files start with ${endpoint}.`;
  if (new URL(publicUrl).protocol === "https:") return [finding("mixed-content", { detail, fix })];
  if (isLocal(endpoint) || provider === "embedded") return [];
  return [finding("endpoint-plain-http", { detail, fix })];
}

async function hopsOf(parts: DoctorParts): Promise<Hop[]> {
  const { target, publicTarget, cloudFront } = parts.bucket;
  const signed = createSignedRequests(parts);
  const response = { contentDisposition: DISPOSITION, contentType: TYPE };
  const headers = await uploadHeaders(parts);
  const through = (at: typeof target) => ({
    url: at.endpoint ?? `https://s3.${at.region}.amazonaws.com`,
    put: (key: string) => signed.put(key, { at, headers }),
    getUrl: (key: string) => signed.getUrl(key, { at, response }),
  });
  const hops: Hop[] = [{ setting: "S3_ENDPOINT", ...through(target) }];
  if (publicTarget.endpoint !== target.endpoint) {
    const ids = { unreachable: "public-endpoint-unreachable", refuses: "public-endpoint-refuses" } as const;
    hops.push({ setting: "S3_PUBLIC_ENDPOINT", ...ids, ...through(publicTarget) });
  }
  if (cloudFront !== undefined) {
    const ids = { unreachable: "cloudfront-unusable", refuses: "cloudfront-unusable" } as const;
    hops.push({ setting: "CLOUDFRONT_DOMAIN", ...ids, url: cloudFront.url, getUrl: cloudFront.getUrl });
  }
  return hops;
}

/** Returns the headers that the service signs for an upload, so that the check finds a proxy that drops one of them. */
async function uploadHeaders({ bucket }: DoctorParts): Promise<Record<string, string>> {
  const { conditionalPut, signedSha256, signedLength } = await bucket.capabilities();
  return {
    ...(signedLength && { "content-length": String(BODY.length) }),
    ...(conditionalPut && { "if-none-match": "*" }),
    ...(signedSha256 && { "x-amz-checksum-sha256": SHA256 }),
  };
}

async function judgeHop(parts: DoctorParts, hop: Hop): Promise<Outcome[]> {
  const key = parts.newKey();
  const put = hop.put ?? createSignedRequests(parts).put;
  const url = await hop.getUrl(key);
  const stored = await put(key);
  const read = await parts.requests.send(url);
  const part = await parts.requests.send(url, { headers: { range: RANGE.header } });
  for (const [method, answer] of Object.entries({ PUT: stored, GET: read })) {
    if (isFailure(answer))
      return report(hop.unreachable, { hop, detail: answer.reason, fix: unreachable(parts, hop, answer) });
    if (answer.status === 200) continue;
    const said = answer.code ?? `status ${answer.status}`;
    return report(hop.refuses, { hop, detail: `it responded to a signed ${method} with ${said}` });
  }
  return judgeAnswers(hop, { stored, read, part } as Record<"stored" | "read" | "part", Response>);
}

function judgeAnswers(hop: Hop, { stored, read, part }: Record<"stored" | "read" | "part", Response>): Outcome[] {
  if (read.text !== BODY) {
    const type = read.headers.get("content-type") ?? "other bytes";
    return report("download-changed", { hop, detail: `it returned ${type} instead of the stored object` });
  }
  const lost = [stored, read].filter(({ headers }) => !headers.has("etag")).length;
  const names = Object.entries(EXPECTED)
    .filter(([name, expected]) => !expected.test(read.headers.get(name) ?? ""))
    .map(([name]) => name)
    .join(" and ");
  const isPart = part.status === 206 && part.text === RANGE.text;
  return [
    ...(lost === 0 ? [] : report("etag-lost", { hop, detail: `${lost} of 2 responses had no ETag` })),
    ...(names === "" ? [] : report("download-headers-lost", { hop, detail: `a download had another ${names}` })),
    ...(isPart ? [] : report("range-ignored", { hop, detail: `it responded to Range with status ${part.status}` })),
  ];
}

type Reported = { hop: Hop; detail: string; fix?: ReturnType<typeof stepFix> };

function report(id: FindingId | undefined, { hop, detail, fix = passFix(hop) }: Reported): Outcome[] {
  return id === undefined
    ? []
    : [finding(id, { detail: `${hop.setting}, ${new URL(hop.url).origin}: ${detail}.`, fix })];
}

function unreachable({ config }: DoctorParts, { setting, url }: Hop, answer: Parameters<typeof unreachableFix>[0]) {
  return unreachableFix(answer, { setting, url, dataDir: config.server.dataDir });
}

function passFix({ setting }: Hop) {
  if (setting === "CLOUDFRONT_DOMAIN") {
    return stepFix(
      "Give the distribution the key group, the cache policy and the bucket policy of docs/cloudfront.md.",
    );
  }
  const lines = [
    "proxy_set_header Host $http_host;",
    "proxy_http_version 1.1;",
    "proxy_request_buffering off;",
    "client_max_body_size 0;",
    "proxy_pass http://s3-server;",
  ];
  return [
    ...stepFix(
      "Let the proxy before the S3 server pass the Host header, the path, the query and all other headers unchanged.",
    ),
    { label: "nginx, the whole location of the S3 server", text: `location / {\n  ${lines.join("\n  ")}\n}` },
  ];
}
