import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import { operations } from "../../platform/http/openapi.ts";
import { HttpProblem, problemBody } from "../../platform/http/problem.ts";
import type { App } from "../../platform/http/route-types.ts";
import { describeFaults, type ReadinessReader } from "./readiness.ts";

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
      "The service is ready if it can write to the database and to the log of URLs. It is degraded if the bucket or the virus scanner is down: notes, URLs and shares work, and uploads wait. A degraded service is ready too, so the status is 200. The response comes from the last probe, which is about a second old. A part counts as down while its probe takes longer than a second. `detail` says which part is down, and why if it is known.",
    response: {
      200: Type.Object({
        status: Type.Enum(["ready", "degraded"]),
        detail: Type.Optional(Type.String()),
        checks: Type.Object({ database: UpOrDown, bucket: UpOrDown, scanner: Type.Optional(UpOrDown) }),
      }),
    },
  },
});

/** The routes /healthz and /readyz. These routes are public, and their responses contain no user data. */
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
    // Without the bucket, most requests succeed. A balancer would remove every replica, because all replicas use the same bucket.
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
