import type { Policy, PolicyName, PolicyValue } from "../../domain/policy.ts";

/** The values that administrators have set. A value may be one that this version does not know. */
export type StoredPolicy = Readonly<Partial<Record<PolicyName, unknown>>>;

export type PolicyQueries = {
  list(): Promise<StoredPolicy>;
  put(name: PolicyName, value: PolicyValue): Promise<void>;
  remove(name: PolicyName): Promise<void>;
};

/** A rule in force. `source`: who has set it. `fallback`: the value without the one of an administrator. */
export type PolicySetting = {
  name: PolicyName;
  value: Policy[PolicyName];
  source: "configuration" | "administrator" | "default";
  fallback: Policy[PolicyName];
};

/**
 * The rules in force, in memory, so that no request waits for them. A background job reads them every few seconds (ADR 31).
 * While the database is unreachable, the last rules stay in force.
 */
export type LivePolicy = {
  /** Changes with each reading. Read it anew for each decision. */
  readonly current: Readonly<Policy>;
  isFixed(name: PolicyName): boolean;
  describe(): PolicySetting[];
  /** The rules that these stored values would give. */
  preview(stored: StoredPolicy): Policy;
  /** Begins a reading of the stored values. Returns a function that applies them, unless a later reading was applied before. */
  startReading(): (stored: StoredPolicy) => void;
  refresh(queries: { policy: PolicyQueries }): Promise<void>;
};
