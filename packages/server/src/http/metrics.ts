import type { FastifyReply, FastifyRequest, RouteOptions } from "fastify";
import { Counter, Histogram, Registry } from "prom-client";

// Seconds; the access decision and the signature take well under a millisecond, an upload takes minutes.
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

/** What the service counts of itself; labels are route patterns, methods and statuses, never ids. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Registers the HTTP metrics; `registry` may hold others already. */
export function createMetrics(registry: Registry = new Registry()) {
  const durations = new Histogram({
    name: "valetkey_http_request_duration_seconds",
    help: "Requests and how long they took, by route.",
    labelNames: ["method", "route", "status"] as const,
    buckets: BUCKETS,
    registers: [registry],
  });
  const urls = new Counter({
    name: "valetkey_urls_issued_total",
    help: "Pre-signed download URLs that were answered.",
    registers: [registry],
  });
  return {
    registry,
    countUrls: (count: number): void => urls.inc(count),
    /** An onResponse hook for one route: its labels are made once a status, not once a request. */
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

/** Gives a route its observer; an onRoute hook. */
export function observeRoute(metrics: Metrics, route: RouteOptions): void {
  const observer = metrics.observer({ method: String(route.method), route: route.url });
  route.onResponse = [...[route.onResponse ?? []].flat(), observer];
}
