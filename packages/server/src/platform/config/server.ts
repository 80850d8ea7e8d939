import { resolve } from "node:path";
import { readPort } from "./ports.ts";
import { readPublicUrl } from "./public-url.ts";
import type { ConfigReader } from "./reader.ts";
import { readShutdown } from "./shutdown.ts";
import { readTrustProxy } from "./trust-proxy.ts";
import type { LogLevel, ServerConfig } from "./types.ts";

/** The maximum number of worker processes. Hardly any machine has more cores than this. */
const MAX_WORKERS = 256;
const LOG_LEVELS: readonly LogLevel[] = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];

export function readServer(reader: ConfigReader, options: { workingDirectory: string }): ServerConfig {
  const port = readPort(reader);
  const host = reader.text("HOST") ?? "127.0.0.1";
  const publicUrl = readPublicUrl(reader, { host, port });
  // The service itself does not support TLS. So if PUBLIC_URL is https, a proxy must be in front of the service.
  const isBehindProxy = URL.parse(publicUrl ?? "")?.protocol === "https:";
  return {
    port,
    host,
    publicUrl,
    trustProxy: readTrustProxy(reader, { isBehindProxy }),
    logLevel: reader.choice("LOG_LEVEL", { of: LOG_LEVELS, fallback: "info" }),
    dataDir: resolve(options.workingDirectory, reader.text("DATA_DIR") ?? "data"),
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
