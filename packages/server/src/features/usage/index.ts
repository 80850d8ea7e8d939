import { Usage } from "@valetkey/contract";
import type { Deps } from "../../platform/deps.ts";
import { operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import { type Caller, callerOf } from "../access/caller.ts";
import { usageQueries } from "./queries.ts";
import { quotaOf, quotaOfUser } from "./usage.ts";

export type UsageVerbs = ReturnType<typeof createUsage>;

/** Creates the functions of the usage feature for the rest of the service. */
export function createUsage(deps: Deps) {
  return {
    getUsage: getUsage(deps),
    /** The default quota applies to users without their own quota. */
    quota: quotaOf(deps.limits),
  };
}

function getUsage({ db, limits }: Deps) {
  return async (caller: Caller) => {
    const usage = await usageQueries(db).find(caller.userId);
    return { usage, quota: quotaOfUser(quotaOf(limits), usage) };
  };
}

const schemas = operations("usage", {
  getUsage: {
    summary: "Get your usage and quota",
    response: { 200: Usage },
  },
});

/** The route GET /usage returns the usage of the caller. */
export function usageRoutes(app: App, { useCases }: RouteDeps<UsageVerbs>): void {
  app.get("/usage", { schema: schemas.getUsage }, async (request) => {
    const { usage, quota } = await useCases.getUsage(callerOf(request));
    const { bytes: usedBytes, files } = usage;
    return { usedBytes, quotaBytes: quota.bytes ?? null, files, quotaFiles: quota.files ?? null };
  });
}
