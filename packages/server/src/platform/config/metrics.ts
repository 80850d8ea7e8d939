import { readMetricsPort } from "./ports.ts";
import type { ConfigReader } from "./reader.ts";
import type { MetricsConfig } from "./types.ts";

const MIN_METRICS_TOKEN_LENGTH = 16;

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
