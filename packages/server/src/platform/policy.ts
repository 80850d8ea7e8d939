import { MAX_LINK_SECONDS } from "./config/limits.ts";
import { SETTINGS } from "./config/settings.ts";

/** The rules that an administrator can change. Expiries are in seconds, and null means no limit. */
export type Policy = {
  /**
   * The people who can create an account. `invited`: only people with an invitation, even an invitation to a note or a file. An invitation
   * from an administrator works with every value.
   */
  "sign-up": "open" | "invited" | "closed";
  /** Whether a share by email address reaches only people who have proven this email address. */
  "proven-email": "required" | "optional";
  /** The maximum lifetime of a link after its creation. */
  "link-max-expiry": number | null;
  "link-password": "required" | "optional";
  /** The maximum lifetime of a URL that the owner of a file requests. */
  "url-ttl-max": number;
  /** The maximum lifetime of a URL that another person requests. */
  "url-ttl-max-shared": number;
};

export type PolicyName = keyof Policy;

export type PolicyValue = Policy[PolicyName];

const MAX_URL_SECONDS = SETTINGS.URL_TTL_MAX.max;

type Rule = { variable: string; choices?: readonly string[]; most?: number; mayBeUnlimited?: boolean };

const RULES: Record<PolicyName, Rule> = {
  "sign-up": { variable: "AUTH_SIGN_UP", choices: ["open", "invited", "closed"] },
  "proven-email": { variable: "AUTH_REQUIRE_VERIFIED_EMAIL", choices: ["required", "optional"] },
  "link-max-expiry": { variable: "LINKS_MAX_EXPIRY", most: MAX_LINK_SECONDS, mayBeUnlimited: true },
  "link-password": { variable: "LINKS_PASSWORD", choices: ["required", "optional"] },
  "url-ttl-max": { variable: "URL_TTL_MAX", most: MAX_URL_SECONDS },
  "url-ttl-max-shared": { variable: "URL_TTL_MAX_SHARED", most: MAX_URL_SECONDS },
};

export const policyNames = Object.keys(RULES) as readonly PolicyName[];

/** Returns the name of the environment variable with which the operator fixes a rule. */
export function variableOf(name: PolicyName): string {
  return RULES[name].variable;
}

/** Returns why a rule cannot have a value, or undefined if the value is valid. */
export function problemOf(name: PolicyName, value: unknown): string | undefined {
  const { choices, most = 0, mayBeUnlimited = false } = RULES[name];
  if (choices !== undefined) {
    return choices.includes(value as string) ? undefined : `${name} is one of ${choices.join(", ")}.`;
  }
  if (value === null && mayBeUnlimited) return undefined;
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most) return undefined;
  const orNone = mayBeUnlimited ? ", or null for no limit" : "";
  return `${name} is a whole number of seconds from 1 to ${most}${orNone}.`;
}

/** The values that administrators have set. After a downgrade, some of the values can be unknown to the running version. */
export type StoredPolicy = Readonly<Partial<Record<PolicyName, unknown>>>;

/** A rule with its value. `source`: where the value comes from. `fallback`: the value if no administrator sets one. */
export type PolicySetting = {
  name: PolicyName;
  value: Policy[PolicyName];
  source: "configuration" | "administrator" | "default";
  fallback: Policy[PolicyName];
};

/**
 * The current rules in memory, so that no HTTP request must read them from the database. A background job reads the rules every few seconds
 * (ADR 15). While the database is unreachable, the rules of the last read apply.
 */
export type LivePolicy = {
  /** The current rules. The caller must read `current` again for each decision, because new rules replace the object. */
  readonly current: Readonly<Policy>;
  isFixed(name: PolicyName): boolean;
  describe(): PolicySetting[];
  preview(stored: StoredPolicy): Policy;
  /**
   * The caller must call this function before it reads the stored values. The returned function applies the values, unless a later read was
   * faster.
   */
  startReading(): (stored: StoredPolicy) => void;
  refresh(read: () => Promise<StoredPolicy>): Promise<void>;
};
