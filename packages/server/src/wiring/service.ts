import { randomUUID } from "node:crypto";
import { join } from "node:path";
import pino, { type Logger } from "pino";
import { watchCapabilities } from "../background/bucket-probe.ts";
import { startHousekeeping } from "../background/sweep.ts";
import { startChecking } from "../background/verification.ts";
import type { Config } from "../config/index.ts";
import { type EmbeddedBucket, startEmbeddedBucket } from "../embedded-bucket/start.ts";
import { buildApp } from "../http/app.ts";
import { createAuthenticator } from "../http/auth/authenticator.ts";
import { withRedaction } from "../http/logging.ts";
import { RENEW_MS } from "../usecases/uploads/index.ts";
import { type Core, openCore } from "./core.ts";
import { freePort } from "./free-port.ts";
import { createOpened, type Opened } from "./opened.ts";
import { findWebRoot } from "./web-root.ts";

const SWEEP_INTERVAL_MS = 30_000;
/** How often it is looked whether the bucket has to be asked what it can do, or another replica has. */
const CAPABILITY_INTERVAL_MS = 30_000;
/** How often checks are looked for that another replica left, or that failed before. */
const CHECK_INTERVAL_MS = 5_000;
/** Each reads a file through this process, in constant memory. */
const CHECKS_AT_ONCE = 4;

/** A running service. */
export type Service = {
  /** Where it listens. */
  url: string;
  /** The origin that URLs are signed for. */
  bucketUrl: string;
  /** Whether the web app is there too: it has to be built. */
  hasWebApp: boolean;
  /** Lets requests in flight finish, writes out the audit log, and lets go of everything. */
  close(): Promise<void>;
};

/** Starts everything that the configuration asks for, and listens. What fails leaves nothing open: the process can end. */
export async function startService(configured: Config, options: { logger: Logger }): Promise<Service> {
  const opened = createOpened();
  try {
    const service = await openService(await settlePorts(configured), { ...options, opened });
    return { ...service, close: opened.close };
  } catch (error) {
    // Why it did not start is the news.
    await opened.close().catch(() => undefined);
    throw error;
  }
}

async function openService(
  config: Config,
  { logger, opened }: { logger: Logger; opened: Opened },
): Promise<Omit<Service, "close">> {
  const embedded = await startBucket(config);
  if (embedded !== undefined) opened.add(embedded.close);
  const housekeeping = startHousekeeping({
    useCases: () => core.useCases,
    intervalMs: SWEEP_INTERVAL_MS,
    onError: (error) => logger.error({ err: error }, "housekeeping failed; it is tried again"),
  });
  const checking = startChecking({
    useCases: () => core.useCases,
    atOnce: CHECKS_AT_ONCE,
    intervalMs: CHECK_INTERVAL_MS,
    renewMs: RENEW_MS,
    onError: (error, attachmentId) =>
      logger.error({ err: error, attachmentId }, "a file could not be checked; it is tried again"),
  });
  const core = await openCore(config, {
    logger,
    onDeletionsQueued: housekeeping.kick,
    onVerificationQueued: checking.kick,
  });
  opened.add(core.close);
  opened.add(checking.stop);
  const { useCases, accounts, db, bucket, scanner, publicUrl } = core;
  const { jwtSecret, jwksUrl, issuer, audience } = config.auth;
  const webRoot = findWebRoot();
  const app = buildApp({
    useCases,
    authenticate: createAuthenticator({
      jwt: { secret: jwtSecret, jwksUrl, issuer, audience },
      authenticateApiToken: useCases.authenticateApiToken,
      rememberPerson: useCases.rememberPerson,
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
    publicUrl,
    bucketOrigins: [bucket.urlOrigin],
    trustProxy: trustedHops(config.server.trustProxy),
    logger: { level: config.server.logLevel },
    limits: config.limits,
    requestId: randomUUID,
    webRoot,
  });
  const capabilityWatch = await watchCapabilities({
    ...{ capabilities: core.capabilities, intervalMs: CAPABILITY_INTERVAL_MS, logger },
  });
  opened.add(capabilityWatch.stop);
  opened.add(housekeeping.stop);
  opened.add(() => app.close());
  await app.listen({ host: config.server.host, port: config.server.port });
  housekeeping.kick();
  checking.kick();
  if (scanner === undefined) await warnOfUnscanned(db, logger);
  return { url: publicUrl, bucketUrl: bucket.urlOrigin, hasWebApp: webRoot !== undefined };
}

/** The log: one JSON line an event, on standard output. */
export function createLogger(config: Config): Logger {
  return pino(withRedaction({ level: config.server.logLevel }));
}

/** Nothing becomes downloadable unscanned because a setting was lost; so that it doesn't wait unseen, it is said. */
async function warnOfUnscanned(db: Core["db"], logger: Logger): Promise<void> {
  const waiting = await db.verifications.countNeedingScan();
  if (waiting === 0) return;
  logger.warn({ waiting }, "files wait for a virus scanner: set CLAMAV_HOST again, or delete them");
}

async function startBucket(config: Config): Promise<EmbeddedBucket | undefined> {
  const { bucket, server } = config;
  if (bucket.kind !== "embedded") return undefined;
  const { host, port, region, credentials } = bucket;
  return startEmbeddedBucket({
    dataDir: join(server.dataDir, "bucket"),
    host,
    port,
    region,
    credentials,
    bucketName: bucket.name,
    // As browsers say it, however PUBLIC_URL is written.
    allowedOrigins: [new URL(server.publicUrl ?? `http://localhost:${server.port}`).origin],
  });
}

/** Port 0 means "any", but what is signed and allowed names the port: it is settled before anything starts. */
async function settlePorts(config: Config): Promise<Config> {
  const { server, bucket } = config;
  const port = server.port === 0 ? await freePort(server.host) : server.port;
  if (bucket.kind !== "embedded") return { ...config, server: { ...server, port } };
  const bucketPort = bucket.port === 0 ? await freePort(bucket.host) : bucket.port;
  return { ...config, server: { ...server, port }, bucket: { ...bucket, port: bucketPort } };
}

/** A number means that many proxies, counted from the last. */
function trustedHops(trustProxy: Config["server"]["trustProxy"]) {
  if (typeof trustProxy !== "number") return trustProxy;
  return (_address: string, hop: number) => hop < trustProxy;
}
