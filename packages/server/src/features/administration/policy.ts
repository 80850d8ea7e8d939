import type { Deps } from "../../platform/deps.ts";
import { DomainError } from "../../platform/errors.ts";
import type { PolicyName, PolicySetting, PolicyValue, StoredPolicy } from "../../platform/policy.ts";
import { problemOf, variableOf } from "../../platform/policy.ts";
import type { Caller } from "../access/caller.ts";
import type { Actor } from "../people/administrators.ts";
import { act, requireAdministrator } from "../people/administrators.ts";
import { policyQueries } from "../policy/live-policy.ts";

/**
 * Lists the current rules.
 * Throws `access_denied`.
 */
export function showPolicy({ db, policy }: Deps) {
  return async (caller: Caller): Promise<PolicySetting[]> => {
    await requireAdministrator(db, caller);
    // Reads the rules again, because another replica may have just changed one.
    await policy.refresh(() => policyQueries(db).list());
    return policy.describe();
  };
}

/**
 * Sets a rule, or resets it to the value of the configuration. Other replicas apply the change within a few seconds. Returns the current
 * rules.
 * Throws `access_denied`, `invalid_request`, and `policy_fixed` for a rule that the operator has set.
 */
export function changePolicy(deps: Deps) {
  const { policy } = deps;
  return async (
    actor: Actor,
    { name, value }: { name: PolicyName; value: PolicyValue | undefined },
  ): Promise<PolicySetting[]> => {
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
    // Reads the rules again after the commit. Otherwise a read that began before the commit could put the old rules back.
    await policy.refresh(() => policyQueries(deps.db).list()).catch(apply);
    return policy.describe();
  };

  function checkChange(change: { name: PolicyName; value: PolicyValue | undefined; next: StoredPolicy }): void {
    const { name, value, next } = change;
    const problem = value === undefined ? undefined : problemOf(name, value);
    if (problem !== undefined) throw new DomainError("invalid_request", problem);
    const longest = policy.preview(next)["url-ttl-max"];
    const shared = next["url-ttl-max-shared"];
    const isFree = typeof shared !== "number" || policy.isFixed("url-ttl-max-shared");
    if (isFree || shared <= longest || !name.startsWith("url-")) return;
    throw new DomainError("invalid_request", `url-ttl-max-shared (${shared}) is at most url-ttl-max (${longest}).`);
  }
}
