import { timingSafeEqual } from "node:crypto";
import fastify from "fastify";
import { Type } from "typebox";
import { operations } from "../../platform/http/openapi.ts";
import { HttpProblem } from "../../platform/http/problem.ts";
import type { App } from "../../platform/http/route-types.ts";
import type { Metrics } from "../../platform/metrics/requests.ts";

/** `token`: the bearer token that /metrics requires. Undefined: everybody can read /metrics. */
export type MetricsAccess = { token: string | undefined };

const schemas = operations("operations", {
  metrics: {
    security: [] as [],
    summary: "Prometheus metrics",
    produces: ["text/plain"],
    response: { 200: Type.String() },
  },
});

/** The route GET /metrics. The response contains no user data. */
export function metricsRoute(app: App, { registry, token }: Pick<Metrics, "registry"> & MetricsAccess): void {
  app.get("/metrics", { schema: schemas.metrics }, async (request, reply) => {
    if (token !== undefined && !isEqual(request.headers.authorization, `Bearer ${token}`)) {
      const headers = { "www-authenticate": "Bearer" };
      throw new HttpProblem("unauthenticated", "Send METRICS_TOKEN as a bearer token.", { headers });
    }
    reply.header("content-type", registry.contentType);
    return registry.metrics();
  });
}

/** Builds a server that offers only /metrics. This server is for a port that only Prometheus can reach. */
export function buildMetricsServer({ registry, token }: Pick<Metrics, "registry"> & MetricsAccess) {
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => {
    const isRefused = error instanceof HttpProblem;
    reply.code(isRefused ? 401 : 500).send(isRefused ? error.message : "The metrics can't be read.");
  });
  metricsRoute(app as unknown as App, { registry, token });
  return app;
}

function isEqual(given: string | undefined, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ""), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
