import { startDistribution } from "../../../../packages/server/src/platform/bucket/testing/distribution.ts";
import { trustedCertificate } from "../../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { freePort } from "../../testing/free-port.ts";
import { type Change, type Rule, type Seen, startRewritingProxy } from "../rewriting-proxy.ts";
import {
  corsFault,
  type Env,
  type Fault,
  ORIGIN,
  type Remedy,
  runService,
  SECURE_ORIGIN,
  type Stage,
  settingsFault,
  setVariables,
} from "../stage.ts";

const ORIGINS = { allowedOrigins: [ORIGIN] };

/** Faults that make requests from browsers to the bucket fail. */
export const browserFaults: readonly Fault[] = [
  corsFault({ fault: "the bucket has no CORS configuration", id: "cors-missing", cors: undefined }),
  corsFault({
    fault: "CORS allows another origin",
    id: "cors-origin",
    cors: { allowedOrigins: ["https://elsewhere.example.com"] },
  }),
  {
    fault: "PUBLIC_URL has changed, but the service has not restarted",
    setup: "built-in bucket",
    id: "cors-origin",
    arrange: changePublicUrl,
    cure: restart,
  },
  corsFault({
    fault: "CORS allows only GET",
    id: "cors-method",
    cors: { ...ORIGINS, allowedMethods: ["GET", "HEAD"] },
  }),
  corsFault({ fault: "CORS allows only PUT", id: "cors-method", cors: { ...ORIGINS, allowedMethods: ["PUT"] } }),
  corsFault({
    fault: "CORS allows only the header Content-Type",
    id: "cors-headers",
    cors: { ...ORIGINS, allowedHeaders: ["content-type"] },
  }),
  corsFault({
    fault: "CORS does not expose ETag",
    id: "cors-etag",
    cors: { ...ORIGINS, exposeHeaders: ["Content-Length"] },
  }),
  settingsFault({
    fault: "the pages use https, but the bucket uses http",
    id: "mixed-content",
    settings: { PUBLIC_URL: SECURE_ORIGIN, TRUST_PROXY: "1" },
  }),
  {
    fault: "the pages use https, but the public endpoint uses http",
    setup: "fault proxy",
    id: "mixed-content",
    async arrange(stage) {
      const proxy = await startRewritingProxy(stage.endpoint, () => undefined);
      plainProxies.set(stage, proxy);
      stage.add(proxy.close);
      const S3_PUBLIC_ENDPOINT = proxy.url.replace("127.0.0.1", "localhost");
      return { ...stage.env, PUBLIC_URL: SECURE_ORIGIN, TRUST_PROXY: "1", S3_PUBLIC_ENDPOINT };
    },
    cure: withTls,
  },
  {
    fault: "nothing listens at the public endpoint",
    setup: "closed port",
    id: "public-endpoint-unreachable",
    arrange: async ({ env }) => ({ ...env, S3_PUBLIC_ENDPOINT: `http://127.0.0.1:${await freePort("127.0.0.1")}` }),
  },
  {
    fault: "a proxy before the bucket changes the Host header",
    setup: "fault proxy",
    id: "public-endpoint-refuses",
    arrange: changeHost,
  },
];

const plainProxies = new WeakMap<Stage, { url: string; close(): void }>();

/** Replaces the proxy at the URL of the remedy by a proxy with TLS, whose certificate the test process trusts. */
async function withTls(remedy: Remedy) {
  const { stage } = remedy;
  const env = setVariables(remedy);
  plainProxies.get(stage)?.close();
  const port = Number(new URL(env.S3_PUBLIC_ENDPOINT ?? "").port);
  const proxy = await startRewritingProxy(stage.endpoint, () => undefined, { port, tls: trustedCertificate() });
  stage.add(proxy.close);
  return env;
}

const embeddedServices = new WeakMap<Stage, Awaited<ReturnType<typeof runService>>>();

async function changePublicUrl(stage: Stage): Promise<Env> {
  const service = await runService({ ...stage, env: { DATA_DIR: stage.env.DATA_DIR ?? "" } });
  embeddedServices.set(stage, service);
  return { ...service.env, PUBLIC_URL: service.url };
}

async function restart({ stage, env }: Remedy): Promise<Env> {
  await embeddedServices.get(stage)?.close();
  await runService({ ...stage, env }, env);
  return env;
}

async function changeHost({ env, endpoint, add }: Stage) {
  const proxy = await startRewritingProxy(endpoint, () => undefined, { host: new URL(endpoint).host });
  add(proxy.close);
  return { ...env, S3_PUBLIC_ENDPOINT: proxy.url };
}

const ENDPOINTS = ["S3_ENDPOINT", "S3_PUBLIC_ENDPOINT"] as const;

/** The changes that a proxy in front of the bucket can make, and the fault that each change causes. */
const CHANGES: readonly { change: string; id: Fault["id"]; rule: (seen: Seen) => Change | undefined }[] = [
  { change: "removes ETag", id: "etag-lost", rule: () => ({ headers: { etag: null } }) },
  { change: "ignores Range", id: "range-ignored", rule: () => ({ dropped: "range" }) },
  {
    change: "removes Content-Disposition",
    id: "download-headers-lost",
    rule: () => ({ headers: { "content-disposition": null } }),
  },
  {
    change: "serves every file as a page",
    id: "download-headers-lost",
    rule: ({ method }) => (method === "GET" ? { headers: { "content-type": "text/html" } } : undefined),
  },
];

/** Faults on the network path to the bucket, which only a whole upload and download shows. */
export const transferFaults: readonly Fault[] = [
  ...ENDPOINTS.flatMap((setting) =>
    CHANGES.map(({ change, id, rule }) => ({
      fault: `a proxy at ${setting} ${change}`,
      setup: "fault proxy",
      id,
      arrange: (stage: Stage) => through(stage, { setting, rule }),
      cure: passUnchanged,
    })),
  ),
  {
    fault: "a web page responds at the public endpoint",
    setup: "fault proxy",
    id: "download-changed",
    also: ["cors-origin"],
    arrange: (stage) =>
      through(stage, {
        setting: "S3_PUBLIC_ENDPOINT",
        rule: () => ({ status: 200, type: "text/html", body: "<html>Welcome</html>" }),
      }),
    cure: passUnchanged,
  },
  {
    fault: "the public endpoint refuses uploads",
    setup: "fault proxy",
    id: "public-endpoint-refuses",
    arrange: (stage) =>
      through(stage, {
        setting: "S3_PUBLIC_ENDPOINT",
        rule: ({ method }) => (method === "PUT" ? { status: 405 } : undefined),
      }),
    cure: passUnchanged,
  },
  {
    fault: "nothing listens at the host of CloudFront",
    setup: "closed port",
    id: "cloudfront-unusable",
    async arrange(stage) {
      const host = `http://127.0.0.1:${await freePort("127.0.0.1")}`;
      return { ...(await behindCloudFront(stage)), CLOUDFRONT_DOMAIN: host };
    },
    async cure({ stage, env }) {
      return behindCloudFront(stage, { port: Number(new URL(env.CLOUDFRONT_DOMAIN ?? "").port) });
    },
  },
  {
    fault: "CloudFront does not know the public key",
    setup: "simulated CloudFront",
    id: "cloudfront-unusable",
    async arrange(stage) {
      return { ...(await behindCloudFront(stage)), CLOUDFRONT_KEY_PAIR_ID: "K00000000000000" };
    },
    cure: ({ stage }) => behindCloudFront(stage),
  },
  {
    fault: "the cache policy of CloudFront does not forward the headers of a URL",
    setup: "simulated CloudFront",
    id: "download-headers-lost",
    arrange: (stage) => behindCloudFront(stage, { forwarded: [] }),
    cure: ({ stage }) => behindCloudFront(stage),
  },
];

const rules = new WeakMap<Stage, Rule>();

async function through(stage: Stage, { setting, rule }: { setting: string; rule: Rule }): Promise<Env> {
  rules.set(stage, rule);
  const proxy = await startRewritingProxy(stage.endpoint, (seen) => rules.get(stage)?.(seen));
  stage.add(proxy.close);
  return { ...stage.env, [setting]: proxy.url };
}

/** Follows the remedy in words: the proxy forwards everything unchanged. nginx-faults.ts follows the remedy's lines for nginx. */
function passUnchanged({ stage, env, fix }: Remedy): Env {
  const [step] = fix;
  if (!/pass the Host header, the path, the query and all other headers unchanged/.test(step?.text ?? ""))
    throw new Error();
  rules.delete(stage);
  return env;
}

async function behindCloudFront(
  { env, endpoint, add }: Stage,
  options: Parameters<typeof startDistribution>[1] = {},
): Promise<Env> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = env;
  const credentials = { accessKeyId, secretAccessKey };
  const stop = async () => undefined;
  const bucket = { endpoint, region: "us-east-1", bucket: "files", forcePathStyle: true, credentials, stop };
  const distribution = await startDistribution(bucket, options);
  add(() => distribution.stop());
  return {
    ...env,
    CLOUDFRONT_DOMAIN: distribution.target.distribution,
    CLOUDFRONT_KEY_PAIR_ID: distribution.target.keyPairId,
    CLOUDFRONT_PRIVATE_KEY: distribution.target.privateKey,
  };
}
