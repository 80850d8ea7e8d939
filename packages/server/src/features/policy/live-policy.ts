import type { Logger } from "pino";
import type { Limits } from "../../platform/config/limits.ts";
import { type Loop, startLoop } from "../../platform/jobs/loop.ts";
import {
  type LivePolicy,
  type Policy,
  type PolicyName,
  policyNames,
  problemOf,
  type StoredPolicy,
} from "../../platform/policy.ts";
/** The rules of the policy from the configuration. `fixed`: the rules that the operator has set, which administrators can't change. */
export type ConfiguredPolicy = { values: Policy; fixed: readonly PolicyName[] };

export function createLivePolicy({ values, fixed }: ConfiguredPolicy): LivePolicy {
  let stored: StoredPolicy = {};
  let current = inForce({});
  let started = 0;
  let applied = 0;

  /** Returns whether an administrator's value applies. A newer version of the service may have stored a value that is invalid here. */
  function chosen(from: StoredPolicy, name: PolicyName): boolean {
    return Object.hasOwn(from, name) && !fixed.includes(name) && problemOf(name, from[name]) === undefined;
  }

  function inForce(from: StoredPolicy): Policy {
    const entries = policyNames.map((name) => [name, chosen(from, name) ? from[name] : values[name]]);
    const policy = Object.fromEntries(entries) as Policy;
    return { ...policy, "url-ttl-max-shared": Math.min(policy["url-ttl-max-shared"], policy["url-ttl-max"]) };
  }

  function startReading() {
    started += 1;
    const turn = started;
    return (read: StoredPolicy) => {
      if (turn < applied) return;
      applied = turn;
      stored = read;
      current = inForce(read);
    };
  }

  return {
    get current() {
      return current;
    },
    isFixed: (name) => fixed.includes(name),
    describe: () =>
      policyNames.map((name) => ({
        name,
        value: current[name],
        source: fixed.includes(name) ? "configuration" : chosen(stored, name) ? "administrator" : "default",
        fallback: values[name],
      })),
    preview: inForce,
    startReading,
    async refresh(read) {
      const apply = startReading();
      apply(await read());
    },
  };
}

/** Returns the limits of the configuration. The property of a limit that administrators can change returns the current rule. */
export function withPolicy<Given extends Limits>(limits: Given, policy: Pick<LivePolicy, "current">): Given {
  return {
    ...limits,
    get urlTtlMaxSeconds() {
      return policy.current["url-ttl-max"];
    },
    get urlTtlMaxSharedSeconds() {
      return policy.current["url-ttl-max-shared"];
    },
    links: {
      ...limits.links,
      get maxExpirySeconds() {
        return policy.current["link-max-expiry"] ?? undefined;
      },
      get isPasswordRequired() {
        return policy.current["link-password"] === "required";
      },
    },
  };
}

/** Returns fixed rules with the values of the limits, for a service without administrators. */
export function fixedPolicy({ urlTtlMaxSeconds, urlTtlMaxSharedSeconds, links }: Limits): ConfiguredPolicy {
  return {
    values: {
      "sign-up": "open",
      "proven-email": "optional",
      "link-max-expiry": links.maxExpirySeconds ?? null,
      "link-password": links.isPasswordRequired ? "required" : "optional",
      "url-ttl-max": urlTtlMaxSeconds,
      "url-ttl-max-shared": urlTtlMaxSharedSeconds,
    },
    fixed: policyNames,
  };
}

/** How often a replica reads the rules of the policy, which another replica may have changed. Milliseconds (ADR 15). */
const INTERVAL_MS = 3_000;

/**
 * Reads the rules of administrators again at each interval. If the database is unreachable, the replica keeps the rules of the last read.
 */
export function startPolicyRefresh({ refresh, logger }: { refresh: () => Promise<void>; logger: Logger }): Loop {
  return startLoop({
    round: refresh,
    intervalMs: INTERVAL_MS,
    onError: (error) =>
      logger.warn({ err: error }, "The rules of administrators could not be read. The last ones stay."),
  });
}
