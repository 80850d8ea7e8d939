import type { Policy, PolicyName, PolicyValue } from "../../domain/policy.ts";

/** The values that administrators have set. A value may be one that this version does not know. */
export type StoredPolicy = Readonly<Partial<Record<PolicyName, unknown>>>;

export type PolicyQueries = {
  list(): Promise<StoredPolicy>;
  put(name: PolicyName, value: PolicyValue): Promise<void>;
  remove(name: PolicyName): Promise<void>;
};

/** A rule with its current value. `source`: who has set the value. `fallback`: the value that applies if no administrator sets one. */
export type PolicySetting = {
  name: PolicyName;
  value: Policy[PolicyName];
  source: "configuration" | "administrator" | "default";
  fallback: Policy[PolicyName];
};

/**
 * The current rules, in memory, so that no request waits for the database. A background job reads the rules every few seconds
 * (ADR 31).
 * While the database is unreachable, the last rules stay in force.
 */
export type LivePolicy = {
  /** Each read of the table replaces this object, so get it again for each decision. */
  readonly current: Readonly<Policy>;
  isFixed(name: PolicyName): boolean;
  describe(): PolicySetting[];
  /** Returns the rules that would result from these stored values. */
  preview(stored: StoredPolicy): Policy;
  /** Call it before you read the stored values. Returns a function that applies them, unless values of a later read were already applied. */
  startReading(): (stored: StoredPolicy) => void;
  refresh(queries: { policy: PolicyQueries }): Promise<void>;
};
