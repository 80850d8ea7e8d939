import type { Policy, PolicyName, PolicyValue } from "../../platform/config/policy.ts";

/** The values that administrators have set for the rules. After a downgrade, there may be values that this version does not know. */
export type StoredPolicy = Readonly<Partial<Record<PolicyName, unknown>>>;

export type PolicyQueries = {
  list(): Promise<StoredPolicy>;
  put(name: PolicyName, value: PolicyValue): Promise<void>;
  remove(name: PolicyName): Promise<void>;
};

/**
 * A rule with its current value. `source`: where the value comes from. `fallback`: the value of the rule if no administrator sets a value.
 */
export type PolicySetting = {
  name: PolicyName;
  value: Policy[PolicyName];
  source: "configuration" | "administrator" | "default";
  fallback: Policy[PolicyName];
};

/**
 * The current rules in memory, so that no HTTP request must read the rules from the database. A background job reads the rules from the
 * database every few seconds (ADR 15).
 * While the database is unreachable, the rules that were read last apply.
 */
export type LivePolicy = {
  /** Each time the rules are read from the database, they replace this object. So access `current` again for each decision. */
  readonly current: Readonly<Policy>;
  isFixed(name: PolicyName): boolean;
  describe(): PolicySetting[];
  /** Returns the rules that would result from these stored values. */
  preview(stored: StoredPolicy): Policy;
  /**
   * Call it before you read the stored values. The returned function applies the values of this read, unless the values of a later read
   * were already applied.
   */
  startReading(): (stored: StoredPolicy) => void;
  refresh(queries: { policy: PolicyQueries }): Promise<void>;
};
