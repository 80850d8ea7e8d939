import { Usage } from "@valetkey/contract";
import { operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { callerOf } from "../access/caller.ts";
import type { UsageVerbs } from "./index.ts";

const schemas = operations("usage", {
  getUsage: {
    summary: "Get your usage and quota",
    response: { 200: Usage },
  },
});

/** The route GET /usage. */
export function usageRoutes(app: App, { useCases }: RouteDeps<UsageVerbs>): void {
  app.get("/usage", { schema: schemas.getUsage }, async (request) => {
    const { usage, quota } = await useCases.getUsage(callerOf(request));
    const { bytes: usedBytes, files } = usage;
    return { usedBytes, quotaBytes: quota.bytes ?? null, files, quotaFiles: quota.files ?? null };
  });
}
