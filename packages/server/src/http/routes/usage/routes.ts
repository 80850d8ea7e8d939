import { callerOf } from "../../authentication.ts";
import type { App, RouteDeps } from "../../route-types.ts";
import * as schema from "./schema.ts";

/** /usage. */
export function usageRoutes(app: App, { useCases }: RouteDeps): void {
  app.get("/usage", { schema: schema.getUsage }, async (request) => {
    const { usage, quota } = await useCases.getUsage(callerOf(request));
    const { bytes: usedBytes, files } = usage;
    return { usedBytes, quotaBytes: quota.bytes ?? null, files, quotaFiles: quota.files ?? null };
  });
}
