import type { PolicyName, PolicyValue, StoredPolicy } from "../../platform/policy.ts";

export type PolicyQueries = {
  list(): Promise<StoredPolicy>;
  put(name: PolicyName, value: PolicyValue): Promise<void>;
  remove(name: PolicyName): Promise<void>;
};
