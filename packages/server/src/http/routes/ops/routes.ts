import type { FastifyReply } from "fastify";
import { Type } from "typebox";
import { operations } from "../../openapi.ts";
import { HttpProblem, problemBody } from "../../problem.ts";
import type { App } from "../../route-types.ts";
import { createReadiness, describeFaults, type Probes } from "./readiness.ts";

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
    summary: "Check that the service can do its work",
    description:
      "Writes a row to the database and to the log of URLs, and calls the bucket, at most once a second. `detail` says which part is down, and why if it is known. With a virus scanner, `scanner` is its state. New files wait while it is down.",
    response: {
      200: Type.Object({
        status: Type.Enum(["ready"]),
        checks: Type.Object({ database: UpOrDown, bucket: UpOrDown, scanner: Type.Optional(UpOrDown) }),
      }),
    },
  },
});

/** The routes /healthz and /readyz. These routes are public, and their responses contain no user data. */
export function opsRoutes(
  app: App,
  { probes, draining }: { probes: Probes; draining?: AbortSignal | undefined },
): void {
  app.get("/healthz", { schema: schemas.healthz }, () => ({ status: "ok" as const }));

  const readiness = createReadiness(probes);
  app.get("/readyz", { schema: schemas.readyz }, async (request, reply) => {
    if (draining?.aborted) throw new HttpProblem("shutting_down", "The service is about to stop.");
    const found = await readiness();
    const { database, bucket, scanner } = found;
    const checks = {
      database: database.state,
      bucket: bucket.state,
      ...(scanner && { scanner: scanner.state }),
    };
    reply.header("cache-control", "no-store");
    // If the virus scanner is down, only new files have to wait. So the service stays ready.
    if (database.state === "up" && bucket.state === "up") return { status: "ready" as const, checks };
    const code = database.state === "down" ? "database_unavailable" : "bucket_unavailable";
    const body = { ...problemBody(code, { detail: describeFaults(found), requestId: request.id }), checks };
    return (reply as FastifyReply)
      .code(503)
      .headers({ "content-type": "application/problem+json", "retry-after": "2" })
      .send(JSON.stringify(body));
  });
}
