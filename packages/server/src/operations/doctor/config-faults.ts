import type { ConfigError } from "../../platform/config/index.ts";
import { finding } from "./finding.ts";
import { stepFix } from "./fixes/environment.ts";
import type { Report } from "./run.ts";

/** Makes the report for a configuration that the service refuses. The doctor can check nothing else without a valid configuration. */
export function reportConfigFaults(
  { faults, warnings }: Pick<ConfigError, "faults" | "warnings">,
  { now }: { now: Date },
): Report {
  const findings = [
    ...faults.map(({ name, problem, remedy }) =>
      finding("config-invalid", { detail: `${name} ${problem}.`, fix: stepFix(remedy) }),
    ),
    ...warnings.map((detail) => finding("config-doubtful", { detail, fix: stepFix(detail) })),
  ];
  return {
    ranAt: now.toISOString(),
    provider: "unknown",
    worst: "error",
    findings: findings.map((outcome) => outcome.finding),
    unchecked: [{ subject: "everything else", reason: "the configuration can't be used" }],
    checked: ["configuration"],
  };
}
