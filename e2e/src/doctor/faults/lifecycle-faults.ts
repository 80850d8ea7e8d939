import type { Change } from "../rewriting-proxy.ts";
import type { Fault, Remedy, Stage } from "../stage.ts";

type Rule = Record<string, unknown>;

const ABORT = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } };
const ABORT_RULE: Rule = { ID: "abort", Status: "Enabled", Filter: { Prefix: "" }, ...ABORT };
const rule = (ID: string, action: Rule, Filter: Rule = { Prefix: "" }): Rule => ({
  ID,
  Status: "Enabled",
  Filter,
  ...action,
});

const VERSIONS_ON: Change = {
  status: 200,
  body: "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
};
const DENIED: Change = { status: 403, code: "AccessDenied" };
const WITH_VERSION: Change = { headers: { "x-amz-version-id": "3sL4kqtJlcpXroDTDmJ" } };

/** Faults in lifecycle rules. The embedded bucket has no such rules, so a proxy responds with the rules. */
export const lifecycleFaults: readonly Fault[] = [
  {
    fault: "no lifecycle rule removes parts",
    setup: "fault proxy",
    id: "lifecycle-missing",
    arrange: (stage) => withRules(stage, []),
    cure: putRules,
  },
  {
    fault: "the abort rule covers only another prefix",
    setup: "fault proxy",
    id: "lifecycle-missing",
    arrange: (stage) => withRules(stage, [rule("logs", ABORT, { Prefix: "logs/" })]),
    cure: putRules,
  },
  {
    fault: "a rule deletes every object after a day",
    setup: "fault proxy",
    id: "lifecycle-deletes",
    arrange: (stage) => withRules(stage, [ABORT_RULE, rule("daily", { Expiration: { Days: 1 } })]),
    cure: putRules,
  },
  {
    fault: "a rule deletes large objects under the prefix of the service",
    setup: "fault proxy",
    id: "lifecycle-deletes",
    async arrange(stage) {
      const And = { Prefix: "teams/", ObjectSizeGreaterThan: 1_000 };
      const env = await withRules(stage, [ABORT_RULE, rule("large", { Expiration: { Days: 1 } }, { And })]);
      return { ...env, S3_KEY_PREFIX: "teams/a/" };
    },
    cure: putRules,
  },
  {
    fault: "a rule moves every object to GLACIER, and it is the abort rule",
    setup: "fault proxy",
    id: "lifecycle-archives",
    arrange(stage) {
      const Transitions = [{ Days: 1, StorageClass: "GLACIER" }];
      return withRules(stage, [rule("archive", { ...ABORT, Transitions })]);
    },
    cure: putRules,
  },
  {
    fault: "old versions never expire",
    setup: "fault proxy",
    id: "versions-kept",
    arrange: (stage) => withRules(stage, [ABORT_RULE], { versioning: VERSIONS_ON }),
    cure: putRules,
  },
  {
    fault: "old versions never expire, and the setting is hidden",
    setup: "fault proxy",
    id: "versions-kept",
    arrange: (stage) => withRules(stage, [ABORT_RULE], { versioning: DENIED, put: WITH_VERSION }),
    cure: putRules,
  },
];

/** The rules of the bucket in each stage. A remedy replaces them. */
const rulesOf = new WeakMap<Stage, readonly Rule[]>();

function withRules(
  stage: Stage,
  rules: readonly Rule[],
  { versioning, put }: { versioning?: Change; put?: Change } = {},
) {
  rulesOf.set(stage, rules);
  return stage.behind(({ query, method }) => {
    if (query.has("versioning")) return versioning;
    if (query.has("lifecycle")) return lifecycle(rulesOf.get(stage) ?? []);
    return method === "PUT" ? put : undefined;
  });
}

/** Stores the rules of the remedy, as the AWS CLI does. */
function putRules({ stage, env, fix }: Remedy) {
  const { text = "" } = fix.find(({ label }) => label.includes("(JSON)")) ?? {};
  rulesOf.set(stage, JSON.parse(text).Rules);
  return env;
}

function lifecycle(rules: readonly Rule[]): Change {
  if (rules.length === 0) return { status: 404, code: "NoSuchLifecycleConfiguration" };
  return { status: 200, body: toXml({ LifecycleConfiguration: { Rule: rules } }) };
}

function toXml(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .flatMap(([name, inner]) => (Array.isArray(inner) ? inner : [inner]).map((each) => [singular(name), each]))
    .map(([name, inner]) => `<${name}>${toXml(inner)}</${name}>`)
    .join("");
}

/** In XML, each element of a list has the singular name. */
function singular(name: string): string {
  return name === "Transitions" ? "Transition" : name;
}
