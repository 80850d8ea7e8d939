import type { Policy, PolicyName, PolicyValue } from "../../domain/policy.ts";

/** The values that administrators have set for the rules. This version may not know a value, for example after a downgrade. */
export type StoredPolicy = Readonly<Partial<Record<PolicyName, unknown>>>;

export type PolicyQueries = {
  list(): Promise<StoredPolicy>;
  put(name: PolicyName, value: PolicyValue): Promise<void>;
  remove(name: PolicyName): Promise<void>;
};

/** A rule with its current value. `source`: where the value comes from. `fallback`: the value that applies if no administrator sets one. */
export type PolicySetting = {
  name: PolicyName;
  value: Policy[PolicyName];
  source: "configuration" | "administrator" | "default";
  fallback: Policy[PolicyName];
};

/**
 * The current rules in memory, so that no request waits for the database to read them. A background job reads the rules from the database
 * every few seconds (ADR 31).
 * While the database is unreachable, the rules that were read last apply.
 */
export type LivePolicy = {
  /** Each read of the database replaces this object, so access `current` again for each decision. */
  readonly current: Readonly<Policy>;
  isFixed(name: PolicyName): boolean;
  describe(): PolicySetting[];
  /** Returns the rules that would result from these stored values. */
  preview(stored: StoredPolicy): Policy;
  /**
   * Call it before you read the stored values. The returned function applies these values, unless the values of a later read were already
   * applied.
   */
  startReading(): (stored: StoredPolicy) => void;
  refresh(queries: { policy: PolicyQueries }): Promise<void>;
};
