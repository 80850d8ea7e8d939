import { AsyncLocalStorage } from "node:async_hooks";
import type { FastifyReply } from "fastify";
import fastify from "fastify";
import { Type } from "typebox";
import { within } from "../../platform/clock.ts";
import { isSameText } from "../../platform/crypto/secrets.ts";
import { DomainError } from "../../platform/errors.ts";
import { httpLimits } from "../../platform/http/http-limits.ts";
import { HttpProblem, problemBody } from "../../platform/http/problem.ts";
import { type App, operations } from "../../platform/http/routes.ts";
import type { Metrics } from "../../platform/metrics/requests.ts";

const security: [] = [];
const UpOrDown = Type.Enum(["up", "down"]);

const schemas = operations("operations", {
  healthz: {
    security,
    summary: "Check that the process runs",
    response: { 200: Type.Object({ status: Type.Enum(["ok"]) }) },
  },
  readyz: {
    security,
    summary: "Check that the service can serve requests",
    description:
      "The service is ready if it can write to the database and to the log of URLs. The service is degraded if the bucket or the virus scanner is down: notes, URLs and shares work, and uploads wait. A degraded service is ready too, so the status is 200. The response comes from the last probe, which is about a second old. A part counts as down while its probe takes longer than a second. `detail` names the part that is down, and the cause if the cause is known.",
    response: {
      200: Type.Object({
        status: Type.Enum(["ready", "degraded"]),
        detail: Type.Optional(Type.String()),
        checks: Type.Object({ database: UpOrDown, bucket: UpOrDown, scanner: Type.Optional(UpOrDown) }),
      }),
    },
  },
  metrics: {
    security,
    summary: "Prometheus metrics",
    produces: ["text/plain"],
    response: { 200: Type.String() },
  },
});

/** The public routes /healthz and /readyz, whose responses contain no user data. */
export function opsRoutes(
  app: App,
  { readiness, draining }: { readiness: ReadinessReader; draining?: AbortSignal | undefined },
): void {
  app.get("/healthz", { schema: schemas.healthz }, () => ({ status: "ok" as const }));

  app.get("/readyz", { schema: schemas.readyz }, async (request, reply) => {
    if (draining?.aborted) throw new HttpProblem("shutting_down", "The service is about to stop.");
    const found = await readiness.poll();
    const { database, bucket, scanner } = found;
    const checks = {
      database: database.state,
      bucket: bucket.state,
      ...(scanner && { scanner: scanner.state }),
    };
    reply.header("cache-control", "no-store");
    if (Object.values(checks).every((state) => state === "up")) return { status: "ready" as const, checks };
    const detail = describeFaults(found);
    // Most requests of users succeed without the bucket. With a 503, a load balancer would remove every replica, because all replicas use
    // the same bucket.
    if (database.state === "up") return { status: "degraded" as const, detail, checks };
    const body = {
      ...problemBody("database_unavailable", { detail: `Not ready. ${detail}`, requestId: request.id }),
      checks,
    };
    return (reply as FastifyReply)
      .code(503)
      .headers({ "content-type": "application/problem+json", "retry-after": "2" })
      .send(JSON.stringify(body));
  });
}

/** The probes of the parts of the service. Each resolves if its part works. `scanner`: undefined without a virus scanner. */
export type Probes = { database(): Promise<void>; bucket(): Promise<void>; scanner?(): Promise<void> };

export type Check = { state: "up" } | { state: "down"; reason?: string };

type Readiness = { database: Check; bucket: Check; scanner?: Check };

/** Reads the states of the parts of the service from their last probes. */
type ReadinessReader = {
  /** Returns the states. The probes then repeat for some seconds, so that the next call does not wait. */
  poll(): Promise<Readiness>;
  /** Returns the states. If nobody has called `poll` in the last seconds, first waits for a new probe of each part. */
  read(): Promise<Readiness>;
  /** Starts no more probes. */
  stop(): void;
};

export function createReadiness(probes: Probes): ReadinessReader {
  const watches = Object.entries(probes).map(([name, probe]) => [name, createWatch(probe)] as const);
  async function read(): Promise<Readiness> {
    const checks = watches.map(async ([name, watch]) => [name, await watch.read()]);
    return Object.fromEntries(await Promise.all(checks)) as Readiness;
  }
  return {
    poll() {
      for (const [, watch] of watches) watch.extend();
      return read();
    },
    read,
    stop() {
      for (const [, watch] of watches) watch.stop();
    },
  };
}

/** Returns the names of the parts that are down, with the known reasons. */
function describeFaults(readiness: Readiness): string {
  const down = Object.entries(readiness).flatMap(([name, check]) =>
    check.state === "up" ? [] : [check.reason === undefined ? name : `${name} (${check.reason})`],
  );
  return `Down: ${down.join(", ")}.`;
}

/** Probes one part repeatedly, until `probeForMs` after the last call of `extend`. */
function createWatch(probe: () => Promise<void>) {
  let last: Check | undefined;
  let running: Promise<Check> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let endsAt = 0;
  // Without this snapshot, a trace would show the HTTP request that started a probe as the parent of the probe.
  const outsideRequests = AsyncLocalStorage.snapshot();

  async function run(): Promise<Check> {
    const result = check(probe);
    const limit = { milliseconds: httpLimits.probeTimeoutMs, late: () => new Error("The probe takes too long.") };
    const found = await within(limit, () => result).catch((): Check => ({ state: "down" }));
    running = undefined;
    const isOver = performance.now() > endsAt;
    last = isOver ? undefined : found;
    if (!isOver) timer = setTimeout(start, httpLimits.probeEveryMs).unref();
    // A part of a busy service is down only while its probe is late, so a load balancer that checks several times does not remove the
    // replica.
    void result.then((late) => {
      if (last === found) last = late;
    });
    return found;
  }

  function start(): Promise<Check> {
    running ??= outsideRequests(run);
    return running;
  }

  return {
    read: async (): Promise<Check> => last ?? start(),
    extend(): void {
      endsAt = performance.now() + httpLimits.probeForMs;
    },
    stop(): void {
      endsAt = 0;
      clearTimeout(timer);
    },
  };
}

function check(probe: () => Promise<void>): Promise<Check> {
  return probe().then(
    (): Check => ({ state: "up" }),
    // The response omits the messages of other errors, because they may contain host names and IP addresses.
    (error: unknown): Check => ({ state: "down", ...(error instanceof DomainError && { reason: error.message }) }),
  );
}

/** `token`: the bearer token that /metrics requires. Undefined: everybody can read /metrics. */
export type MetricsAccess = { token: string | undefined };

/** The route GET /metrics, whose response contains no user data. */
export function metricsRoute(app: App, { registry, token }: Pick<Metrics, "registry"> & MetricsAccess): void {
  app.get("/metrics", { schema: schemas.metrics }, async (request, reply) => {
    if (token !== undefined && !isSameText(request.headers.authorization ?? "", `Bearer ${token}`)) {
      const headers = { "www-authenticate": "Bearer" };
      throw new HttpProblem("unauthenticated", "Send METRICS_TOKEN as a bearer token.", { headers });
    }
    reply.header("content-type", registry.contentType);
    return registry.metrics();
  });
}

/** Builds a server that offers only /metrics, for a port that only Prometheus can reach. */
export function buildMetricsServer({ registry, token }: Pick<Metrics, "registry"> & MetricsAccess) {
  const app = fastify({ logger: false, forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => {
    const isRefused = error instanceof HttpProblem;
    reply.code(isRefused ? 401 : 500).send(isRefused ? error.message : "The metrics can't be read.");
  });
  metricsRoute(app as unknown as App, { registry, token });
  return app;
}
