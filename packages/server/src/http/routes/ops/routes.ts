import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import { httpLimits } from "../../http-limits.ts";
import type { Metrics } from "../../metrics.ts";
import { operations } from "../../openapi.ts";
import { HttpProblem, problemBody } from "../../problem.ts";
import type { App } from "../../route-types.ts";

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
    summary: "Check that the database and the bucket respond",
    description: "With a virus scanner, `scanner` is its state. New files wait while it is down.",
    response: {
      200: Type.Object({
        status: Type.Enum(["ready"]),
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

/** Each probe resolves if its part responds and rejects if it is down. `scanner` is missing without a virus scanner. */
export type Probes = { database(): Promise<void>; bucket(): Promise<void>; scanner?(): Promise<void> };

/** /healthz, /readyz and /metrics: public, without any user data. */
export function opsRoutes(
  app: App,
  { probes, metrics, draining }: { probes: Probes; metrics: Metrics; draining?: AbortSignal | undefined },
): void {
  app.get("/healthz", { schema: schemas.healthz }, () => ({ status: "ok" as const }));

  app.get("/readyz", { schema: schemas.readyz }, async (request, reply) => {
    if (draining?.aborted) throw new HttpProblem("shutting_down", "The service is about to stop.");
    const [database, bucket, scanner] = await Promise.all([
      check(probes.database),
      check(probes.bucket),
      probes.scanner && check(probes.scanner),
    ]);
    const checks = { database, bucket, ...(scanner && { scanner }) };
    reply.header("cache-control", "no-store");
    // A scanner that is down only delays new files, so the service stays ready.
    if (database === "up" && bucket === "up") return { status: "ready" as const, checks };
    return sendNotReady(reply as FastifyReply, { checks, requestId: request.id });
  });

  app.get("/metrics", { schema: schemas.metrics }, async (_request, reply) => {
    reply.header("content-type", metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}

function sendNotReady(
  reply: FastifyReply,
  { checks, requestId }: { checks: Partial<Record<keyof Probes, "up" | "down">>; requestId: string },
): FastifyReply {
  const down = Object.entries(checks).filter(([, state]) => state === "down");
  const detail = `Not ready. Down: ${down.map(([name]) => name).join(", ")}.`;
  const code = checks.database === "down" ? "database_unavailable" : "bucket_unavailable";
  return reply
    .code(503)
    .headers({ "content-type": "application/problem+json", "retry-after": "2" })
    .send(JSON.stringify({ ...problemBody(code, { detail, requestId }), checks }));
}

async function check(probe: () => Promise<void>): Promise<"up" | "down"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"down">((resolve) => {
    timer = setTimeout(() => resolve("down"), httpLimits.probeTimeoutMs);
  });
  const state = probe().then(
    () => "up" as const,
    () => "down" as const,
  );
  try {
    return await Promise.race([state, late]);
  } finally {
    clearTimeout(timer);
  }
}
