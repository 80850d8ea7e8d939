import type { FastifyReply } from "fastify";
import { bounds } from "../../http-limits.ts";
import type { Metrics } from "../../metrics.ts";
import { problemBody } from "../../problem.ts";
import type { App } from "../../types.ts";
import * as schema from "./schema.ts";

/** Each resolves when its part answered, and rejects when it is down. Without a scanner there is none to ask. */
export type Probes = { database(): Promise<void>; bucket(): Promise<void>; scanner?(): Promise<void> };

/** /healthz, /readyz and /metrics: public, and without a word about anyone's data. */
export function opsRoutes(app: App, { probes, metrics }: { probes: Probes; metrics: Metrics }): void {
  app.get("/healthz", { schema: schema.healthz }, () => ({ status: "ok" as const }));

  app.get("/readyz", { schema: schema.readyz }, async (request, reply) => {
    const [database, bucket, scanner] = await Promise.all([
      check(probes.database),
      check(probes.bucket),
      probes.scanner && check(probes.scanner),
    ]);
    const checks = { database, bucket, ...(scanner && { scanner }) };
    reply.header("cache-control", "no-store");
    // Files wait for a scanner that is down; everything else is served, so that is no reason to send nobody here.
    if (database === "up" && bucket === "up") return { status: "ready" as const, checks };
    return sendNotReady(reply as FastifyReply, { checks, requestId: request.id });
  });

  app.get("/metrics", { schema: schema.metrics }, async (_request, reply) => {
    reply.header("content-type", metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}

function sendNotReady(
  reply: FastifyReply,
  { checks, requestId }: { checks: Partial<Record<keyof Probes, "up" | "down">>; requestId: string },
): FastifyReply {
  const down = Object.entries(checks).filter(([, state]) => state === "down");
  const detail = `Not ready; down: ${down.map(([name]) => name).join(", ")}.`;
  const code = checks.database === "down" ? "database_unavailable" : "bucket_unavailable";
  return reply
    .code(503)
    .headers({ "content-type": "application/problem+json", "retry-after": "2" })
    .send(JSON.stringify({ ...problemBody(code, { detail, requestId }), checks }));
}

async function check(probe: () => Promise<void>): Promise<"up" | "down"> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"down">((resolve) => {
    timer = setTimeout(() => resolve("down"), bounds.probeTimeoutMs);
  });
  const answer = probe().then(
    () => "up" as const,
    () => "down" as const,
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
