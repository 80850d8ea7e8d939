import { trustedCertificate } from "../../../../packages/server/src/platform/mailer/testing/smtp-server.ts";
import { freePort } from "../../testing/free-port.ts";
import { startRewritingProxy } from "../rewriting-proxy.ts";
import { runService } from "../running-service.ts";
import { type Fault, ORIGIN, type Remedy, SECURE_ORIGIN, type Stage, setVariables } from "../stage.ts";

const ORIGINS = { allowedOrigins: [ORIGIN] };

/** Faults that make requests from browsers to the bucket fail. */
export const browserFaults: readonly Fault[] = [
  {
    fault: "the bucket has no CORS configuration",
    setup: "s3-local",
    id: "cors-missing",
    arrange: ({ withCors }) => withCors(undefined),
  },
  {
    fault: "CORS allows another origin",
    setup: "s3-local",
    id: "cors-origin",
    arrange: ({ withCors }) => withCors({ allowedOrigins: ["https://elsewhere.example.com"] }),
  },
  {
    fault: "the embedded bucket keeps the origin of its first start",
    setup: "embedded service",
    id: "cors-origin",
    arrange: moveEmbedded,
  },
  {
    fault: "CORS allows GET only",
    setup: "s3-local",
    id: "cors-method",
    arrange: ({ withCors }) => withCors({ ...ORIGINS, allowedMethods: ["GET", "HEAD"] }),
  },
  {
    fault: "CORS allows PUT only",
    setup: "s3-local",
    id: "cors-method",
    arrange: ({ withCors }) => withCors({ ...ORIGINS, allowedMethods: ["PUT"] }),
  },
  {
    fault: "CORS allows the content type only",
    setup: "s3-local",
    id: "cors-headers",
    arrange: ({ withCors }) => withCors({ ...ORIGINS, allowedHeaders: ["content-type"] }),
  },
  {
    fault: "CORS does not expose ETag",
    setup: "s3-local",
    id: "cors-etag",
    arrange: ({ withCors }) => withCors({ ...ORIGINS, exposeHeaders: ["Content-Length"] }),
  },
  {
    fault: "the pages use https, and the bucket http",
    setup: "s3-local",
    id: "mixed-content",
    arrange: ({ env }) => ({ ...env, PUBLIC_URL: SECURE_ORIGIN, TRUST_PROXY: "1" }),
  },
  {
    fault: "the pages use https, and the public endpoint http",
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
    fault: "a proxy changes the Host header",
    setup: "fault proxy",
    id: "public-endpoint-refuses",
    arrange: changeHost,
  },
];

const plainProxies = new WeakMap<Stage, { url: string; close(): void }>();

/** Starts a proxy with TLS at the URL of the remedy, where the proxy without TLS was. This process trusts its certificate. */
async function withTls(remedy: Remedy) {
  const { stage } = remedy;
  const env = setVariables(remedy);
  plainProxies.get(stage)?.close();
  const port = Number(new URL(env.S3_PUBLIC_ENDPOINT ?? "").port);
  const proxy = await startRewritingProxy(stage.endpoint, () => undefined, { port, tls: trustedCertificate() });
  stage.add(proxy.close);
  return env;
}

/** Starts the service twice. The second start has another port and so another origin, but the bucket still permits the first origin. */
async function moveEmbedded(stage: Stage) {
  const embedded = { ...stage, env: { DATA_DIR: stage.env.DATA_DIR ?? "" } };
  const first = await runService(embedded);
  await first.close();
  return (await runService(embedded)).env;
}

async function changeHost({ env, endpoint, add }: Stage) {
  const proxy = await startRewritingProxy(endpoint, () => undefined, { host: new URL(endpoint).host });
  add(proxy.close);
  return { ...env, S3_PUBLIC_ENDPOINT: proxy.url };
}
