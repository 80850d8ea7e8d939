import type { PolicyName, PolicyValue } from "../../domain/policy.ts";

/** The values that administrators have set. A value may be one that this version does not know. */
export type StoredPolicy = Readonly<Partial<Record<PolicyName, unknown>>>;

export type PolicyQueries = {
  list(): Promise<StoredPolicy>;
  put(name: PolicyName, value: PolicyValue): Promise<void>;
  remove(name: PolicyName): Promise<void>;
};
