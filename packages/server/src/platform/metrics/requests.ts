import type { FileUrls } from "@valetkey/contract";
import type { FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import { Counter, Gauge, Histogram, Registry } from "prom-client";

// The buckets of the histogram, in seconds. An access decision with a signature takes less than a millisecond, and an upload takes minutes.
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

type UrlOutcome = "issued" | NonNullable<FileUrls["urls"][number]["code"]>;

/** The metrics of the HTTP layer. The labels of the metrics are route patterns, methods and statuses, and never ids. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Registers the HTTP metrics in `registry`, which can also contain other metrics. */
export function createMetrics(registry: Registry = new Registry()) {
  const durations = new Histogram({
    name: "valetkey_http_request_duration_seconds",
    help: "Duration of HTTP requests in seconds, by route.",
    labelNames: ["method", "route", "status"] as const,
    buckets: BUCKETS,
    registers: [registry],
  });
  const urls = new Counter({
    name: "valetkey_urls_total",
    help: "Requested download URLs, by outcome: issued, or the code of the refusal.",
    labelNames: ["outcome"] as const,
    registers: [registry],
  });
  const byOutcome = new Map<UrlOutcome, Counter.Internal>();
  return {
    registry,
    countUrls(outcome: UrlOutcome, count = 1): void {
      let series = byOutcome.get(outcome);
      if (series === undefined) {
        series = urls.labels({ outcome });
        byOutcome.set(outcome, series);
      }
      series.inc(count);
    },
    addParts(read: () => Promise<Record<string, { state: "up" | "down" }>>): void {
      new Gauge({
        name: "valetkey_part_up",
        help: "Whether a part of the service works: 1 or 0.",
        labelNames: ["part"] as const,
        registers: [registry],
        async collect() {
          for (const [part, { state }] of Object.entries(await read())) this.set({ part }, state === "up" ? 1 : 0);
        },
      });
    },
    /** Builds an onResponse hook for one route. The labels are created once for each status, and not for each request. */
    observer({ method, route }: { method: string; route: string }) {
      const byStatus = new Map<number, Histogram.Internal<string>>();
      return (_request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
        let series = byStatus.get(reply.statusCode);
        if (series === undefined) {
          series = durations.labels({ method, route, status: String(reply.statusCode) });
          byStatus.set(reply.statusCode, series);
        }
        series.observe(reply.elapsedTime / 1000);
        done();
      };
    },
  };
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** True for a route that can respond with a stream, whose duration says nothing about the speed of the service. */
    isStream?: boolean;
  }
}

/** Measures the duration of all requests to a route. */
export function observeRoute(metrics: Metrics, route: RouteOptions): void {
  if (route.config?.isStream === true) return;
  const observer = metrics.observer({ method: String(route.method), route: route.url });
  route.onResponse = [...[route.onResponse ?? []].flat(), observer];
}
