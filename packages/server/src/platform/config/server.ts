import { isIP } from "node:net";
import { resolve } from "node:path";
import { type ConfigReader, isLocalHost } from "./reader.ts";

export type ServerConfig = ReturnType<typeof readServer>;
export type MetricsConfig = ReturnType<typeof readMetrics>;

const ANY_HOSTS = new Set(["0.0.0.0", "::"]);
/** The maximum number of trusted proxies. With a higher number, the service would trust entries of X-Forwarded-For that clients wrote. */
const MAX_PROXIES = 10;
const PROXY_RANGES = new Set(["loopback", "linklocal", "uniquelocal"]);

export function readServer(reader: ConfigReader, options: { workingDirectory: string }) {
  const port = reader.read("PORT");
  const host = reader.read("HOST") ?? "127.0.0.1";
  const publicUrl = readPublicUrl(reader, { host, port });
  return {
    /** 0: the service chooses a free port. */
    port,
    host,
    /** Has no trailing slash. Undefined: PUBLIC_URL is not set, and the service chooses its port at startup. */
    publicUrl,
    trustProxy: readTrustProxy(reader, publicUrl),
    logLevel: reader.read("LOG_LEVEL"),
    /** An absolute path. */
    dataDir: resolve(options.workingDirectory, reader.read("DATA_DIR") ?? "data"),
    ...readShutdown(reader, { host, publicUrl }),
    /** The number of processes that serve requests. More than 1 process requires PostgreSQL and an external bucket. */
    workers: readWorkers(reader),
  };
}

function readPublicUrl(reader: ConfigReader, { host, port }: { host: string; port: number }): string | undefined {
  const given = reader.read("PUBLIC_URL");
  if (given !== undefined) {
    if (new URL(given).pathname !== "/") {
      reader.fault("PUBLIC_URL", "has a path", "Serve Valet Key at the root of a host name, and give that root.");
    }
    return given;
  }
  if (!isLocalHost(host)) {
    const consequence = ANY_HOSTS.has(host)
      ? "only this computer can open the links. Set PUBLIC_URL, or set HOST to the IP address of this computer in the network."
      : "links only work on this machine or network.";
    reader.warn(`HOST is ${host} and PUBLIC_URL is not set: ${consequence}`);
  }
  if (port === 0) return undefined;
  const shown = isLocalHost(host) || ANY_HOSTS.has(host) ? "localhost" : isIP(host) === 6 ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}

/**
 * `drainSeconds`: the time after SIGTERM in which the service still accepts requests, so that load balancers can switch to other replicas.
 * `shutdownSeconds`: the maximum time from SIGTERM to the end of the process. After this time, the service cuts all open connections.
 */
function readShutdown(reader: ConfigReader, { host, publicUrl }: { host: string; publicUrl: string | undefined }) {
  // Without a load balancer, the shutdown need not wait. A service that only the local machine can reach has no load balancer.
  const isLocal = isLocalHost(host) && isLocalHost(URL.parse(publicUrl ?? "http://localhost")?.hostname);
  const drainSeconds = reader.read("DRAIN_SECONDS", isLocal ? 0 : undefined);
  const shutdownSeconds = reader.read("SHUTDOWN_SECONDS");
  if (shutdownSeconds <= drainSeconds) {
    reader.fault(
      "SHUTDOWN_SECONDS",
      `is ${shutdownSeconds}, not more than DRAIN_SECONDS (${drainSeconds})`,
      "Raise SHUTDOWN_SECONDS or lower DRAIN_SECONDS, so that running requests have time to finish.",
    );
  }
  return { drainSeconds, shutdownSeconds };
}

function readWorkers(reader: ConfigReader): number {
  const workers = reader.read("WORKERS");
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
      `is ${workers}, but only one process can serve the built-in bucket`,
      "Set AWS_BUCKET_NAME and the other settings of an S3 bucket, or leave WORKERS out.",
    );
  }
  return workers;
}

/**
 * Reads which proxies may set the headers X-Forwarded-*. `false`: no proxy. A number: as many proxies, counted from the service. A list:
 * the proxies with these IP addresses.
 */
function readTrustProxy(reader: ConfigReader, publicUrl: string | undefined): false | number | string[] {
  const value = reader.read("TRUST_PROXY");
  // The service itself does not support TLS, so with an https PUBLIC_URL there must be a proxy.
  if (value === undefined && publicUrl?.startsWith("https:")) {
    reader.warn(
      "PUBLIC_URL is https, but TRUST_PROXY is not set: all clients share the proxy's IP address, and one limit of sign-ins. Set TRUST_PROXY=1, or the number of proxies in front.",
    );
  }
  if (value === undefined || value === "false") return false;
  const remedy =
    "Set TRUST_PROXY to the number of proxies in front (1), or to their IP addresses (10.0.0.0/8, loopback).";
  const proxies = value.split(",").map((proxy) => proxy.trim());
  if (value === "true" || proxies.some((proxy) => /\/0+$/.test(proxy))) {
    const problem = `is "${value}", so that anyone could forge their IP address in X-Forwarded-For`;
    reader.fault("TRUST_PROXY", problem, remedy);
    return false;
  }
  if (/^\d+$/.test(value)) return readProxyCount(reader, Number(value));
  if (!proxies.every(isProxy)) reader.fault("TRUST_PROXY", `is "${value}", which names no proxies`, remedy);
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

export function readMetrics(reader: ConfigReader, serverPort: number) {
  const port = reader.text("METRICS_PORT") === undefined ? undefined : reader.read("METRICS_PORT");
  if (port === serverPort) {
    reader.fault("METRICS_PORT", "is the port of the service", "Set another port, or leave METRICS_PORT out.");
  }
  return {
    /** The separate port for /metrics. Undefined: /metrics is on the port of the service. */
    port,
    /** The bearer token that /metrics requires. Undefined: /metrics requires no token. */
    token: reader.read("METRICS_TOKEN"),
  };
}
