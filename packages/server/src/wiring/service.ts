import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import pino, { type Logger } from "pino";
import type { Registry } from "prom-client";
import { createAuthenticator } from "../features/accounts/callers/authenticator.ts";
import { withPolicy } from "../features/policy/live-policy.ts";
import { refuseInterruptedRestore } from "../operations/backup/restore.ts";
import { startBuiltInBucket } from "../operations/built-in-bucket/start.ts";
import { buildMetricsServer } from "../operations/health/routes.ts";
import type { BucketConfig, Config, LoadedConfig } from "../platform/config/index.ts";
import { withRedaction } from "../platform/http/logging.ts";
import type { Tracing } from "../platform/tracing/open-telemetry.ts";
import { buildApp } from "./app.ts";
import { createOpened, type Opened } from "./base.ts";
import { type Core, openCore } from "./core.ts";
import { freePort, type ReservedPort, reservePort } from "./free-port.ts";
import { createServiceMetrics } from "./metrics.ts";
import { startBackground } from "./service-background.ts";
import { createDoctor } from "./service-doctor.ts";

// The folders that can contain the built web app: in the repository, and in the published command.
const WEB_ROOTS = [resolve(import.meta.dirname, "../../../web/dist"), join(import.meta.dirname, "web")];

export type Service = {
  /** The URL at which the service listens. */
  url: string;
  /** The origin of presigned URLs. */
  bucketUrl: string;
  /** Whether the service has the web app. False if the web app is not built. */
  hasWebApp: boolean;
  /** Whether everybody could create an account when the service started. */
  hasOpenSignUp: boolean;
  /** Makes /readyz return 503, so that load balancers send new requests to other replicas. The service still handles requests. */
  drain(): void;
  /**
   * Finishes the running requests and the queued events, and closes all parts. After `withinMs` milliseconds, closes open connections by
   * force. Default: 30,000.
   */
  close(options?: { withinMs?: number }): Promise<void>;
};

const CLOSE_WITHIN_MS = 30_000;

/** Starts all parts and listens on the port. If a step fails, closes what is already open, so that the process can exit. */
export async function startService(
  configured: Config,
  { logger, warnings = [] }: { logger: Logger; warnings?: LoadedConfig["warnings"] },
): Promise<Service> {
  const opened = createOpened();
  const shutdown = createShutdown();
  try {
    const port = await settlePort(configured);
    opened.add(port.release);
    const config = await settleBucketPort(withPort(configured, port));
    const service = await openService(config, { logger, warnings, opened, shutdown, releasePort: port.release });
    return {
      ...service,
      drain: shutdown.drain,
      close({ withinMs = CLOSE_WITHIN_MS } = {}) {
        shutdown.cutAfter(withinMs);
        return opened.close();
      },
    };
  } catch (error) {
    // The caller needs the reason why the start failed, and not an error of `close`.
    await opened.close().catch(() => undefined);
    throw error;
  }
}

type ServiceParts = {
  logger: Logger;
  warnings: LoadedConfig["warnings"];
  opened: Opened;
  shutdown: Shutdown;
  releasePort: () => Promise<void>;
};

async function openService(
  config: Config,
  { logger, warnings, opened, shutdown, releasePort }: ServiceParts,
): Promise<Omit<Service, "drain" | "close">> {
  const tracing = await openTracing(config, { logger, opened, shutdown });
  await openBuiltInBucket(config, { logger, opened, shutdown });
  const core = await openCore(config, { logger, inSpan: tracing?.inSpan });
  opened.add(core.close);
  const background = await startBackground(core, { logger, opened });
  const webRoot = WEB_ROOTS.find((root) => existsSync(join(root, "index.html")));
  const metrics = createServiceMetrics(core, config.metrics);
  const app = createApp(core, { config, warnings, webRoot, draining: shutdown.draining, metrics, tracing });
  shutdown.cut.addEventListener("abort", () => app.server.closeAllConnections());
  opened.add(() => app.close());
  await releasePort();
  await app.listen({ host: config.server.host, port: config.server.port });
  const { port: metricsPort, token } = config.metrics;
  if (metricsPort !== undefined) {
    const server = buildMetricsServer({ registry: metrics, token });
    opened.add(() => server.close());
    await server.listen({ host: config.server.host, port: metricsPort });
  }
  background.kick();
  const hasOpenSignUp = core.deps.policy.current["sign-up"] === "open";
  return { url: core.publicUrl, bucketUrl: core.bucket.urlOrigin, hasWebApp: webRoot !== undefined, hasOpenSignUp };
}

/** Creates the logger, which writes one JSON line for each event to standard output. */
export function createLogger(config: Config): Logger {
  return pino(withRedaction({ level: config.server.logLevel }));
}

/**
 * Loads OpenTelemetry only if the configuration enables tracing. OpenTelemetry closes last, after the spans of all other parts have ended.
 */
async function openTracing(
  { tracing: config }: Config,
  { logger, opened, shutdown }: { logger: Logger; opened: Opened; shutdown: Shutdown },
): Promise<Tracing | undefined> {
  if (config === undefined) return undefined;
  const { createTracing } = await import("../platform/tracing/open-telemetry.ts");
  const tracing = createTracing(config, { logger });
  opened.add(() => tracing.close({ withinMs: shutdown.leftMs() }));
  return tracing;
}

async function openBuiltInBucket(
  config: Config,
  { logger, opened, shutdown }: { logger: Logger; opened: Opened; shutdown: Shutdown },
): Promise<void> {
  const { server } = config;
  const bucket = bucketsOf(config).find(({ kind }) => kind === "embedded");
  if (bucket?.kind !== "embedded") return;
  refuseInterruptedRestore(server.dataDir);
  const { close } = await startBuiltInBucket(bucket, {
    dataDir: join(server.dataDir, "bucket"),
    // PUBLIC_URL can be written in another form. `.origin` returns the origin in the form that browsers send.
    allowedOrigins: [new URL(server.publicUrl ?? `http://localhost:${server.port}`).origin],
    onFailure({ requestId, message, stack, code }) {
      logger.error(
        { err: { type: "Error", message, stack, code }, bucketRequestId: requestId },
        "The built-in bucket failed",
      );
    },
  });
  opened.add(() => close(shutdown.leftMs()));
}

type AppParts = LoadedConfig & {
  webRoot: string | undefined;
  draining: AbortSignal;
  metrics: Registry;
  tracing: Tracing | undefined;
};

function createApp(core: Core, { config, warnings, webRoot, draining, metrics, tracing }: AppParts) {
  const { useCases, accounts, db, bucket, scanner, publicUrl, deps } = core;
  const { jwtSecret, jwksUrl, issuer, audience, jwtUserClaim: userClaim, jwtRequiresExpiry } = config.auth;
  return buildApp({
    useCases,
    authenticate: createAuthenticator({
      jwt: { secret: jwtSecret, jwksUrl, issuer, audience, userClaim, requiresExpiry: jwtRequiresExpiry },
      authenticateApiToken: useCases.authenticateApiToken,
      identifySubject: useCases.identifySubject,
      accounts,
      publicUrl,
      clock: Date.now,
    }),
    accounts,
    probes: {
      database: () => db.probe(),
      bucket: () => bucket.probe(),
      ...(scanner && { scanner: () => scanner.probe() }),
    },
    doctor: createDoctor(core, { config: { ...config, limits: withPolicy(config.limits, deps.policy) }, warnings }),
    publicUrl,
    bucketOrigins: bucket.origins,
    bindsUrlsToIp: bucketsOf(config).some((one) => one.kind === "s3" && one.cloudFront?.bindsIp === true),
    trustProxy: trustedHops(config.server.trustProxy),
    logger: { level: config.server.logLevel },
    limits: deps.limits,
    requestId: randomUUID,
    draining,
    metrics,
    startSpan: tracing?.startRequest,
    // With several workers, a request to the shared port could reach any worker. So the shared port does not serve /metrics.
    metricsAccess:
      config.metrics.port === undefined && config.server.workers === 1 ? { token: config.metrics.token } : "elsewhere",
    brand: config.brand,
    webRoot,
  });
}

/**
 * Reserves and returns the port of the service. Port 0 means any free port. Presigned URLs and CORS rules contain the port, so the service
 * replaces port 0 before any part starts. The port stays reserved until the service listens. The start takes seconds, and another program
 * could otherwise take the port.
 */
function settlePort({ server }: Config): Promise<ReservedPort> {
  if (server.port === 0) return reservePort(server.host);
  return Promise.resolve({ port: server.port, release: async () => undefined });
}

function withPort(config: Config, { port }: ReservedPort): Config {
  return { ...config, server: { ...config.server, port } };
}

async function settleBucketPort(config: Config): Promise<Config> {
  const { bucket, nextBucket } = config;
  if (nextBucket !== undefined) {
    return {
      ...config,
      bucket: await settled(bucket),
      nextBucket: { ...nextBucket, bucket: await settled(nextBucket.bucket) },
    };
  }
  return { ...config, bucket: await settled(bucket) };
}

async function settled(bucket: BucketConfig): Promise<BucketConfig> {
  if (bucket.kind !== "embedded" || bucket.port !== 0) return bucket;
  return { ...bucket, port: await freePort(bucket.host) };
}

function bucketsOf({ bucket, nextBucket }: Config): BucketConfig[] {
  return [bucket, ...(nextBucket === undefined ? [] : [nextBucket.bucket])];
}

/** Converts TRUST_PROXY for Fastify. A number counts the trusted proxies, from the nearest proxy. */
function trustedHops(trustProxy: Config["server"]["trustProxy"]) {
  if (typeof trustProxy !== "number") return trustProxy;
  return (_address: string, hop: number) => hop < trustProxy;
}

/** The steps of a stop: drain, close, and finally close the open connections by force. */
type Shutdown = {
  /** Aborts when the service drains. */
  draining: AbortSignal;
  drain(): void;
  /** Aborts when the service must close the open connections by force. */
  cut: AbortSignal;
  cutAfter(withinMs: number): void;
  /** The time until `cut` aborts, in milliseconds. */
  leftMs(): number;
};

function createShutdown(): Shutdown {
  const draining = new AbortController();
  const cut = new AbortController();
  let cutAt = performance.now();
  return {
    draining: draining.signal,
    drain: () => draining.abort(),
    cut: cut.signal,
    cutAfter(withinMs) {
      cutAt = performance.now() + withinMs;
      setTimeout(() => cut.abort(), withinMs).unref();
    },
    leftMs: () => Math.max(0, cutAt - performance.now()),
  };
}
