import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createServer as createTcpServer, type Socket } from "node:net";
import { join } from "node:path";
import { listen } from "../../testing/forward.ts";
import { freePort } from "../../testing/free-port.ts";
import type { Change, Rule, Seen } from "../rewriting-proxy.ts";
import { type Fault, proxyFault, type Stage, settingsFault, setVariables } from "../stage.ts";

const TWENTY_MINUTES_MS = 20 * 60_000;

/** Faults in the connection to the bucket and in the credentials for the bucket. */
export const connectionFaults: readonly Fault[] = [
  settingsFault({
    fault: "the secret key is wrong",
    id: "secret-key-wrong",
    settings: { AWS_SECRET_ACCESS_KEY: "another-secret-key-0123456789abcdef" },
  }),
  settingsFault({
    fault: "the access key is unknown",
    id: "access-key-unknown",
    settings: { AWS_ACCESS_KEY_ID: "AKIDSOMEBODYELSE0000" },
  }),
  settingsFault({ fault: "the region is wrong", id: "bucket-region", settings: { AWS_REGION: "eu-central-1" } }),
  proxyFault({
    fault: "the bucket redirects to its region",
    id: "bucket-region",
    rule: () => ({ status: 301, code: "PermanentRedirect", headers: { "x-amz-bucket-region": "eu-west-1" } }),
  }),
  settingsFault({ fault: "the bucket does not exist", id: "bucket-missing", settings: { AWS_BUCKET_NAME: "nowhere" } }),
  {
    fault: "nothing listens at the endpoint",
    setup: "closed port",
    id: "bucket-unreachable",
    arrange: async ({ env }) => ({ ...env, S3_ENDPOINT: `http://127.0.0.1:${await freePort("127.0.0.1")}` }),
  },
  {
    fault: "the endpoint never responds",
    setup: "silent port",
    id: "bucket-unreachable",
    arrange: withSilentServer,
  },
  {
    fault: "the host of the endpoint is unknown",
    setup: "unknown host name",
    id: "bucket-unreachable",
    arrange: ({ env }) => ({ ...env, S3_ENDPOINT: "http://storage.invalid" }),
  },
  proxyFault({
    fault: "the endpoint is a web page",
    id: "bucket-not-s3",
    rule: () => ({ status: 404, body: "<html>Welcome</html>", type: "text/html" }),
  }),
  proxyFault({
    fault: "the endpoint is a web page that accepts everything",
    id: "bucket-not-s3",
    rule: () => ({ status: 200, body: "<html>Welcome</html>", type: "text/html" }),
    cure: (remedy) => setVariables(remedy, { S3_ENDPOINT: remedy.stage.endpoint }),
  }),
  {
    fault: "the endpoint ends with the name of the bucket",
    setup: "s3-local",
    id: "endpoint-has-bucket",
    arrange: ({ env, endpoint }) => ({ ...env, S3_ENDPOINT: `${endpoint}/files` }),
    cure: setVariables,
  },
  {
    fault: "the endpoint is https, and the server is not",
    setup: "s3-local",
    id: "bucket-tls",
    arrange: ({ env, endpoint }) => ({ ...env, S3_ENDPOINT: endpoint.replace("http:", "https:") }),
    cure: setVariables,
  },
  {
    fault: "no certificate authority has signed the certificate",
    setup: "TLS server",
    id: "bucket-tls",
    arrange: withSelfSignedCertificate,
  },
  proxyFault({
    fault: "the clocks of the service and the bucket differ by 20 minutes",
    id: "clock-skew",
    rule: () => ({ headers: { date: new Date(Date.now() + TWENTY_MINUTES_MS).toUTCString() } }),
  }),
  proxyFault({
    fault: "the bucket refuses the time of the request",
    id: "clock-skew",
    rule: () => ({ status: 403, code: "RequestTimeTooSkewed" }),
  }),
  proxyFault({
    fault: "the temporary credentials have expired",
    id: "credentials-expired",
    rule: () => ({ status: 400, code: "ExpiredToken" }),
  }),
  settingsFault({
    fault: "the settings contain a session token",
    id: "credentials-fixed-session",
    // The built-in bucket supports no session tokens, so it refuses this one.
    also: ["credentials-expired"],
    settings: { AWS_SESSION_TOKEN: "session-token-of-a-role-0123456789" },
  }),
  proxyFault({
    fault: "the bucket is broken",
    id: "bucket-refuses",
    rule: () => ({ status: 500, code: "InternalError" }),
  }),
  {
    fault: "the connection to the bucket is not encrypted",
    setup: "endpoint of another host",
    id: "endpoint-plain-http",
    arrange: ({ env, endpoint }) => ({ ...env, S3_ENDPOINT: endpoint.replace("127.0.0.1", "[::ffff:127.0.0.1]") }),
  },
];

/** Starts a server that accepts connections but never responds, as if a firewall dropped all packets to the bucket. */
async function withSilentServer({ env, add }: Stage) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => void sockets.add(socket));
  add(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { ...env, S3_ENDPOINT: `http://127.0.0.1:${await listen(server)}` };
}

async function withSelfSignedCertificate({ env, dataDir, add }: Stage) {
  const [key, cert] = [join(dataDir, "key.pem"), join(dataDir, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-days", "1", "-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject], { stdio: "ignore" });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) });
  add(() => server.close());
  return { ...env, S3_ENDPOINT: `https://localhost:${await listen(server)}` };
}

const DENIED: Change = { status: 403, code: "AccessDenied" };
const isOfObject = ({ path }: Seen) => /^\/files\/./.test(path);
const isOfParts = ({ query }: Seen) => query.has("uploadId") || query.has("uploads");
const isDelete = (seen: Seen) =>
  (seen.method === "DELETE" && !isOfParts(seen)) || (seen.method === "POST" && seen.query.has("delete"));

/** Simulates a bucket policy that denies matching requests. */
const denying =
  (matches: (seen: Seen) => boolean): Rule =>
  (seen) =>
    matches(seen) ? DENIED : undefined;

/** Simulates a bucket policy that denies signatures older than `seconds` (`s3:signatureAge`). */
const withCeiling = (seconds: number): Rule => denying(({ query }) => ageSeconds(query) > seconds);

function ageSeconds(query: URLSearchParams): number {
  const [, date = ""] = /^(\d{8}T\d{6})Z$/.exec(query.get("X-Amz-Date") ?? "") ?? [];
  const signedAt = Date.parse(date.replace(/(....)(..)(..T..)(..)(..)/, "$1-$2-$3:$4:$5Z"));
  return Number.isNaN(signedAt) ? 0 : (Date.now() - signedAt) / 1000;
}

const permission = (id: Fault["id"], without: string, matches: (seen: Seen) => boolean): Fault => ({
  fault: `the policy lacks ${without}`,
  setup: "fault proxy",
  id,
  arrange: ({ behind }) => behind(denying((seen) => seen.isSigned && matches(seen))),
});

/** Faults in bucket policies and in public access. */
export const accessFaults: readonly Fault[] = [
  permission("permission-put", "s3:PutObject", ({ method }) => method === "PUT"),
  permission("permission-get", "s3:GetObject", (seen) => seen.method === "GET" && isOfObject(seen) && !isOfParts(seen)),
  permission("permission-delete", "s3:DeleteObject", isDelete),
  permission("permission-list", "s3:ListBucket", ({ query }) => query.has("list-type")),
  permission("permission-abort", "s3:AbortMultipartUpload", (seen) => seen.method === "DELETE" && isOfParts(seen)),
  permission(
    "permission-list-parts",
    "s3:ListMultipartUploadParts",
    (seen) => seen.method === "GET" && seen.query.has("uploadId"),
  ),
  permission(
    "permission-list-uploads",
    "s3:ListBucketMultipartUploads",
    (seen) => seen.method === "GET" && seen.query.has("uploads"),
  ),
  proxyFault({
    fault: "anyone can list the bucket",
    id: "anonymous-list",
    rule: ({ isSigned, query }) =>
      !isSigned && query.has("list-type") ? { status: 200, body: "<ListBucketResult></ListBucketResult>" } : undefined,
  }),
  proxyFault({
    fault: "anyone can read an object",
    id: "anonymous-read",
    rule: (seen) =>
      !seen.isSigned && seen.method === "GET" && isOfObject(seen) ? { status: 200, body: "valetkey" } : undefined,
  }),
  proxyFault({
    fault: "anyone can write an object",
    id: "anonymous-write",
    rule: ({ isSigned, method }) => (!isSigned && method === "PUT" ? { status: 200 } : undefined),
  }),
  proxyFault({
    fault: "the bucket refuses signatures that are older than 5 minutes",
    id: "signature-age-uploads",
    rule: withCeiling(300),
  }),
  proxyFault({
    fault: "the bucket refuses signatures that are older than an hour",
    id: "signature-age-downloads",
    rule: withCeiling(3_600),
  }),
];
