import { startDistribution } from "../../../../packages/server/src/platform/bucket/testing/distribution.ts";
import { freePort } from "../../testing/free-port.ts";
import type { Env } from "../examine.ts";
import { type Change, type Rule, type Seen, startRewritingProxy } from "../rewriting-proxy.ts";
import type { Fault, Remedy, Stage } from "../stage.ts";

const ENDPOINTS = ["S3_ENDPOINT", "S3_PUBLIC_ENDPOINT"] as const;

/** The changes that a proxy before the bucket can make, and the fault that each one is. */
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

/** Faults of the ways to the bucket, which a whole upload and download shows. */
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

/** The rule of the proxy in each stage. */
const rules = new WeakMap<Stage, Rule>();

async function through(stage: Stage, { setting, rule }: { setting: string; rule: Rule }): Promise<Env> {
  rules.set(stage, rule);
  const proxy = await startRewritingProxy(stage.endpoint, (seen) => rules.get(stage)?.(seen));
  stage.add(proxy.close);
  return { ...stage.env, [setting]: proxy.url };
}

/** Follows the step of the remedy: the proxy passes everything unchanged. nginx-faults.ts follows the lines for nginx. */
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
