import { PolicyParams, PolicySettings, SetPolicyBody } from "@valetkey/contract";
import type { Deps } from "../../platform/deps.ts";
import { DomainError, invalidRequest } from "../../platform/errors.ts";
import { type App, operations, type RouteDeps } from "../../platform/http/routes.ts";
import {
  type PolicyName,
  type PolicySetting,
  type PolicyValue,
  problemOf,
  type StoredPolicy,
  variableOf,
} from "../../platform/policy.ts";
import { type Caller, callerOf } from "../access/caller.ts";
import { type Actor, act, requireAdministrator } from "../people/administrators.ts";
import { policyQueries } from "../policy/queries.ts";

export function createPolicyPage(deps: Deps) {
  const { db, policy } = deps;
  return {
    /** Lists the current rules of the policy. Throws `access_denied`. */
    async showPolicy(caller: Caller): Promise<PolicySetting[]> {
      await requireAdministrator(db, caller);
      // Another replica may have just changed a rule, so this replica reads the rules again.
      await policy.refresh(() => policyQueries(db).list());
      return policy.describe();
    },

    /**
     * Sets a rule of the policy, or resets the rule if `value` is undefined. Other replicas apply the change within a few seconds. Returns
     * the current rules. Throws `access_denied`, `invalid_request`, and `policy_fixed` for a rule that the operator has set.
     */
    async changePolicy(
      actor: Actor,
      { name, value }: { name: PolicyName; value: PolicyValue | undefined },
    ): Promise<PolicySetting[]> {
      const apply = await act(deps, actor, async (tx, { log }) => {
        if (policy.isFixed(name)) {
          throw new DomainError("policy_fixed", `The operator has set ${variableOf(name)}. Change it there.`);
        }
        const applyRead = policy.startReading();
        const { [name]: former, ...others } = await policyQueries(tx).list();
        const next: StoredPolicy = value === undefined ? others : { ...others, [name]: value };
        checkChange({ name, value, next });
        if (former !== value) {
          if (value === undefined) await policyQueries(tx).remove(name);
          else await policyQueries(tx).put(name, value);
          const from = former === undefined ? policy.preview(others)[name] : (former as PolicyValue);
          await log("policy.changed", name, { name, from, to: policy.preview(next)[name] });
        }
        return () => applyRead(next);
      });
      // A read that began before the commit could restore the old rules, so the replica reads the rules again after the commit.
      await policy.refresh(() => policyQueries(deps.db).list()).catch(apply);
      return policy.describe();
    },
  };

  function checkChange(change: { name: PolicyName; value: PolicyValue | undefined; next: StoredPolicy }): void {
    const { name, value, next } = change;
    const problem = value === undefined ? undefined : problemOf(name, value);
    if (problem !== undefined) throw invalidRequest(problem);
    const longest = policy.preview(next)["url-ttl-max"];
    const shared = next["url-ttl-max-shared"];
    const isFree = typeof shared !== "number" || policy.isFixed("url-ttl-max-shared");
    if (isFree || shared <= longest || !name.startsWith("url-")) return;
    throw invalidRequest(`url-ttl-max-shared (${shared}) is at most url-ttl-max (${longest}).`);
  }
}

const schemas = operations("administration", {
  showPolicy: {
    summary: "List the rules of the service that administrators can change",
    response: { 200: PolicySettings },
  },
  setPolicy: {
    summary: "Change a rule of the service",
    description: "Changes this replica at once, and the others within a few seconds. Returns all rules.",
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

export function policyRoutes(app: App, { useCases, takeTurn }: RouteDeps<ReturnType<typeof createPolicyPage>>): void {
  app.get("/admin/policy", { schema: schemas.showPolicy, preHandler: takeTurn }, async (request) =>
    present(await useCases.showPolicy(callerOf(request))),
  );

  app.put("/admin/policy/:name", { schema: schemas.setPolicy }, async (request) => {
    const { name } = request.params;
    // The schema accepts any value, because `changePolicy` checks the value.
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
