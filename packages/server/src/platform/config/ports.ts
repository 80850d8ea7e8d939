import type { ConfigReader } from "./reader.ts";

const MAX_PORT = 65_535;
const DEFAULT_PORT = 3000;

/** Reads the port of the server. Port 0 means any free port. */
export function readPort(reader: ConfigReader): number {
  return reader.integer("PORT", { fallback: DEFAULT_PORT, min: 0, max: MAX_PORT });
}

export function readMetricsPort(reader: ConfigReader, serverPort: number): number {
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
