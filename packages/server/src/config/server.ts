import { isIP } from "node:net";
import { resolve } from "node:path";
import { readLinks } from "./links.ts";
import type { ConfigReader } from "./reader.ts";
import type { LimitsConfig, LogLevel, MetricsConfig, ServerConfig } from "./types.ts";

const MAX_PORT = 65_535;
const MIN_METRICS_TOKEN_LENGTH = 16;
const DEFAULT_PORT = 3000;
/** The limit of Signature Version 4: a week. */
const MAX_URL_TTL_SECONDS = 604_800;
const DEFAULT_URL_TTL_SECONDS = 60;
const DEFAULT_URL_TTL_MAX_SECONDS = 43_200;
const DEFAULT_URL_TTL_MAX_SHARED_SECONDS = 900;
const DEFAULT_UPLOAD_MAX_BYTES = 5 * 2 ** 30;
/** The largest object of Amazon S3. `domain/part-plan.ts` states this limit too, because config imports no other folder. */
const MAX_OBJECT_BYTES = 5 * 2 ** 40;
/** Larger files use a multipart upload. A single PUT of at most this size is cheap to repeat. */
const SINGLE_PUT_MAX_BYTES = 64 * 2 ** 20;
const UPLOAD_TTL_SECONDS = 900;
const MULTIPART_TTL_SECONDS = 86_400;
/** No client sends so many uploads at once. The limit of a note is lower, so that one note can't use up all pending uploads of a user. */
const USER_PENDING_UPLOADS = 1_000;
const NOTE_PENDING_UPLOADS = 500;
const DEFAULT_URL_RATE = 200;
const MAX_URL_RATE = 1_000_000;
const DEFAULT_TRASH_DAYS = 30;
const MAX_TRASH_DAYS = 3_650;
/** After a pause, a person may request at once as many URLs as the rate permits in this many seconds. */
const URL_BURST_SECONDS = 25;
/** A batch must fit into the burst. `packages/contract` states the size of a batch too, because config imports no other folder. */
const MAX_BATCH_URLS = 1_000;
/** An import of many small files needs less than this rate, and the database can record much more. */
const UPLOAD_RATE = { perSecond: 20, burst: 5_000 };
/** Larger files are verified after the request. To read this many bytes takes one or two seconds. */
const VERIFY_IN_REQUEST_MAX_BYTES = 64 * 2 ** 20;

/** This is long enough for a load balancer that polls /readyz every second and needs three failures. */
const DEFAULT_DRAIN_SECONDS = 5;
/** Service managers such as Kubernetes kill a process after 30 seconds. */
const DEFAULT_SHUTDOWN_SECONDS = 30;
const MAX_SHUTDOWN_SECONDS = 3_600;
/** No machine for one service has more cores than this. */
const MAX_WORKERS = 256;

const LOG_LEVELS: readonly LogLevel[] = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];
/** With a larger number of proxies, the service would trust entries that the client wrote. */
const MAX_PROXIES = 10;
const PROXY_RANGES = new Set(["loopback", "linklocal", "uniquelocal"]);
const LOCAL_HOSTS = new Set(["127.0.0.1", "::1", "localhost"]);
const ANY_HOSTS = new Set(["0.0.0.0", "::"]);

export function readServer(reader: ConfigReader, options: { workingDirectory: string }): ServerConfig {
  const port = reader.integer("PORT", { fallback: DEFAULT_PORT, min: 0, max: MAX_PORT });
  const host = reader.text("HOST") ?? "127.0.0.1";
  const publicUrl = readPublicUrl(reader, { host, port });
  // The service itself does not support TLS, so an https URL means a proxy.
  const isBehindProxy = URL.parse(publicUrl ?? "")?.protocol === "https:";
  return {
    port,
    host,
    publicUrl,
    trustProxy: readTrustProxy(reader, { isBehindProxy }),
    logLevel: reader.choice("LOG_LEVEL", { of: LOG_LEVELS, fallback: "info" }),
    dataDir: resolve(options.workingDirectory, reader.text("DATA_DIR") ?? "data"),
    auditDays: reader.count("AUDIT_DAYS"),
    ...readShutdown(reader, { host, publicUrl }),
    workers: readWorkers(reader),
  };
}

function readWorkers(reader: ConfigReader): number {
  const workers = reader.integer("WORKERS", { fallback: 1, min: 1, max: MAX_WORKERS });
  if (workers === 1) return workers;
  if (reader.text("DATABASE_URL") === undefined) {
    reader.fault(
      "WORKERS",
      `is ${workers}, but only one process can serve an SQLite database`,
      "Set DATABASE_URL to a PostgreSQL database, or leave WORKERS out.",
    );
  }
  if (reader.text("AWS_BUCKET_NAME") === undefined) {
    reader.fault(
      "WORKERS",
      `is ${workers}, but only one process can serve the embedded bucket`,
      "Set AWS_BUCKET_NAME and the other settings of an S3 bucket, or leave WORKERS out.",
    );
  }
  return workers;
}

function readShutdown(
  reader: ConfigReader,
  { host, publicUrl }: { host: string; publicUrl: string | undefined },
): Pick<ServerConfig, "drainSeconds" | "shutdownSeconds"> {
  // No load balancer is in front of a service that only this machine can reach.
  const isLocal = LOCAL_HOSTS.has(host) && LOCAL_HOSTS.has(URL.parse(publicUrl ?? "http://localhost")?.hostname ?? "");
  const of = { unit: "seconds", max: MAX_SHUTDOWN_SECONDS };
  const drainSeconds = reader.integer("DRAIN_SECONDS", {
    ...of,
    min: 0,
    fallback: isLocal ? 0 : DEFAULT_DRAIN_SECONDS,
  });
  const shutdownSeconds = reader.integer("SHUTDOWN_SECONDS", { ...of, min: 1, fallback: DEFAULT_SHUTDOWN_SECONDS });
  if (shutdownSeconds <= drainSeconds) {
    reader.fault(
      "SHUTDOWN_SECONDS",
      `is ${shutdownSeconds}, not more than DRAIN_SECONDS (${drainSeconds})`,
      "Raise SHUTDOWN_SECONDS or lower DRAIN_SECONDS, so that running requests have time to finish.",
    );
  }
  return { drainSeconds, shutdownSeconds };
}

export function readMetrics(reader: ConfigReader, serverPort: number): MetricsConfig {
  const port = reader.text("METRICS_PORT") === undefined ? undefined : readMetricsPort(reader, serverPort);
  const token = reader.text("METRICS_TOKEN");
  if (token !== undefined && token.length < MIN_METRICS_TOKEN_LENGTH) {
    reader.fault(
      "METRICS_TOKEN",
      `has fewer than ${MIN_METRICS_TOKEN_LENGTH} characters`,
      "Make one: openssl rand -base64 24",
    );
  }
  return { port, token };
}

function readMetricsPort(reader: ConfigReader, serverPort: number): number {
  const port = reader.integer("METRICS_PORT", { fallback: 9464, min: 1, max: MAX_PORT });
  if (port === serverPort) {
    reader.fault("METRICS_PORT", "is the port of the service", "Set another port, or leave METRICS_PORT out.");
  }
  return port;
}

/** Reads the port of the embedded bucket. Default: the port of the server plus one. */
export function readBucketPort(reader: ConfigReader, serverPort: number): number {
  const fallback = serverPort === 0 ? 0 : serverPort + 1;
  const port = reader.integer("S3_LOCAL_PORT", { fallback, min: 0, max: MAX_PORT });
  if (port > MAX_PORT || (port === serverPort && port !== 0)) {
    reader.fault(
      "S3_LOCAL_PORT",
      "leaves the embedded bucket no port of its own",
      `Set S3_LOCAL_PORT to a free port other than ${serverPort}, or to 0 for any.`,
    );
  }
  return port;
}

export function readLimits(reader: ConfigReader): LimitsConfig {
  const of = { unit: "seconds", min: 1, max: MAX_URL_TTL_SECONDS };
  const urlTtlMaxSeconds = reader.integer("URL_TTL_MAX", { ...of, fallback: DEFAULT_URL_TTL_MAX_SECONDS });
  const fallback = Math.min(DEFAULT_URL_TTL_SECONDS, urlTtlMaxSeconds);
  const urlTtlDefaultSeconds = reader.integer("URL_TTL_DEFAULT", { ...of, fallback });
  if (urlTtlDefaultSeconds > urlTtlMaxSeconds) {
    reader.fault(
      "URL_TTL_DEFAULT",
      `is ${urlTtlDefaultSeconds}, more than URL_TTL_MAX (${urlTtlMaxSeconds})`,
      "Lower URL_TTL_DEFAULT or raise URL_TTL_MAX.",
    );
  }
  const urlTtlMaxSharedSeconds = reader.integer("URL_TTL_MAX_SHARED", {
    ...of,
    fallback: Math.min(DEFAULT_URL_TTL_MAX_SHARED_SECONDS, urlTtlMaxSeconds),
  });
  if (urlTtlMaxSharedSeconds > urlTtlMaxSeconds) {
    reader.fault(
      "URL_TTL_MAX_SHARED",
      `is ${urlTtlMaxSharedSeconds}, more than URL_TTL_MAX (${urlTtlMaxSeconds})`,
      "Lower URL_TTL_MAX_SHARED or raise URL_TTL_MAX.",
    );
  }
  return {
    urlTtlDefaultSeconds,
    urlTtlMaxSeconds,
    urlTtlMaxSharedSeconds,
    userQuotaBytes: reader.size("USER_QUOTA_BYTES"),
    userQuotaFiles: reader.count("USER_QUOTA_FILES"),
    uploadMaxBytes: readUploadMax(reader),
    singlePutMaxBytes: SINGLE_PUT_MAX_BYTES,
    uploadTtlSeconds: UPLOAD_TTL_SECONDS,
    multipartTtlSeconds: MULTIPART_TTL_SECONDS,
    userPendingUploads: USER_PENDING_UPLOADS,
    notePendingUploads: NOTE_PENDING_UPLOADS,
    urlRate: readUrlRate(reader),
    trashDays: reader.integer("TRASH_DAYS", {
      fallback: DEFAULT_TRASH_DAYS,
      unit: "days",
      min: 0,
      max: MAX_TRASH_DAYS,
    }),
    uploadRate: UPLOAD_RATE,
    links: readLinks(reader),
    verifyInRequestMaxBytes: VERIFY_IN_REQUEST_MAX_BYTES,
  };
}

function readUrlRate(reader: ConfigReader): LimitsConfig["urlRate"] {
  const perSecond = reader.integer("URL_RATE_LIMIT", { fallback: DEFAULT_URL_RATE, min: 0, max: MAX_URL_RATE });
  if (perSecond === 0) return undefined;
  return { perSecond, burst: Math.max(MAX_BATCH_URLS, perSecond * URL_BURST_SECONDS) };
}

function readUploadMax(reader: ConfigReader): number {
  const bytes = reader.size("UPLOAD_MAX_BYTES") ?? DEFAULT_UPLOAD_MAX_BYTES;
  if (bytes > MAX_OBJECT_BYTES) {
    reader.fault(
      "UPLOAD_MAX_BYTES",
      "is more than an object in S3 can hold (5 TiB)",
      "Set UPLOAD_MAX_BYTES=5TiB or less, or leave it out for 5 GiB.",
    );
  }
  return bytes;
}

function readPublicUrl(reader: ConfigReader, { host, port }: { host: string; port: number }): string | undefined {
  const given = reader.httpUrl("PUBLIC_URL", "https://files.example.com");
  if (given !== undefined) {
    if (new URL(given).pathname !== "/") {
      reader.fault("PUBLIC_URL", "has a path", "Serve Valet Key at the root of a host name, and give that root.");
    }
    return given;
  }
  if (!LOCAL_HOSTS.has(host)) {
    reader.warn(`HOST is ${host} and PUBLIC_URL is not set: links only work on this machine or network.`);
  }
  if (port === 0) return undefined;
  const shown = LOCAL_HOSTS.has(host) || ANY_HOSTS.has(host) ? "localhost" : isIP(host) === 6 ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}

function readTrustProxy(
  reader: ConfigReader,
  { isBehindProxy }: { isBehindProxy: boolean },
): ServerConfig["trustProxy"] {
  const value = reader.text("TRUST_PROXY");
  if (value === undefined && isBehindProxy) {
    reader.warn(
      "PUBLIC_URL is https, but TRUST_PROXY is not set: all clients share the proxy's IP address, and one limit of sign-ins. Set TRUST_PROXY=1, or the number of proxies in front.",
    );
  }
  if (value === undefined || value === "false") return false;
  const trustsAnyone = value === "true" || value.split(",").some((proxy) => /\/0+$/.test(proxy.trim()));
  if (trustsAnyone) {
    reader.fault(
      "TRUST_PROXY",
      `is "${value}", so that anyone could forge their IP address in X-Forwarded-For`,
      "Set TRUST_PROXY to the number of proxies in front (1), or to their IP addresses (10.0.0.0/8, loopback).",
    );
    return false;
  }
  if (/^\d+$/.test(value)) return readProxyCount(reader, Number(value));
  const proxies = value.split(",").map((proxy) => proxy.trim());
  if (!proxies.every(isProxy)) {
    reader.fault(
      "TRUST_PROXY",
      `is "${value}", which names no proxies`,
      "Set TRUST_PROXY to the number of proxies in front (1), or to their IP addresses (10.0.0.0/8, loopback).",
    );
  }
  return proxies;
}

function readProxyCount(reader: ConfigReader, count: number): number {
  if (count > MAX_PROXIES) {
    reader.fault(
      "TRUST_PROXY",
      `is ${count}, so that anyone could forge their IP address in X-Forwarded-For`,
      `Set TRUST_PROXY to the number of proxies in front (1), at most ${MAX_PROXIES}.`,
    );
  }
  return count;
}

function isProxy(text: string): boolean {
  if (PROXY_RANGES.has(text)) return true;
  const [address = "", bits = "0", ...rest] = text.split("/");
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}
