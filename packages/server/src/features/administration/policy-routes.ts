import { PolicyParams, PolicySettings, SetPolicyBody } from "@valetkey/contract";
import { operations } from "../../platform/http/openapi.ts";
import type { App, RouteDeps } from "../../platform/http/route-types.ts";
import type { PolicySetting, PolicyValue } from "../../platform/policy.ts";
import { variableOf } from "../../platform/policy.ts";
import { callerOf } from "../access/caller.ts";
import type { AdministrationVerbs } from "./index.ts";

const schemas = operations("administration", {
  showPolicy: {
    summary: "List the rules of the service that administrators can change",
    response: { 200: PolicySettings },
  },
  setPolicy: {
    summary: "Change a rule of the service",
    description: "It applies on this replica at once, and on the others within a few seconds. Returns all rules.",
    params: PolicyParams,
    body: SetPolicyBody,
    response: { 200: PolicySettings },
  },
  resetPolicy: {
    summary: "Reset a rule of the service to its default. Returns all rules",
    params: PolicyParams,
    response: { 200: PolicySettings },
  },
});

/** The routes below /admin/policy. */
export function policyRoutes(app: App, { useCases, takeTurn }: RouteDeps<AdministrationVerbs>): void {
  app.get("/admin/policy", { schema: schemas.showPolicy, preHandler: takeTurn }, async (request) =>
    present(await useCases.showPolicy(callerOf(request))),
  );

  app.put("/admin/policy/:name", { schema: schemas.setPolicy }, async (request) => {
    const { name } = request.params;
    // The schema accepts any value, because the use case checks it.
    const value = request.body.value as PolicyValue;
    return present(await useCases.changePolicy(callerOf(request), { name, value }));
  });

  app.delete("/admin/policy/:name", { schema: schemas.resetPolicy }, async (request) => {
    const { name } = request.params;
    return present(await useCases.changePolicy(callerOf(request), { name, value: undefined }));
  });
}

function present(settings: readonly PolicySetting[]) {
  return { items: settings.map((setting) => ({ ...setting, variable: variableOf(setting.name) })) };
}
