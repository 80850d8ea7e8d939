import type { Severity } from "./catalogue/entry.ts";
import type { Finding } from "./finding.ts";
import type { Report } from "./run.ts";

/** The exit codes of `valetkey doctor`. */
export const EXIT_CODES: Record<Report["worst"], number> = { healthy: 0, info: 0, warning: 2, error: 1 };

const NAMES: Record<Severity, string> = { error: "ERROR", warning: "WARNING", info: "INFO" };
const SUMMARY: Record<Report["worst"], string> = {
  healthy: "No fault found in what was checked.",
  info: "No fault found in what was checked. The entries above are worth knowing.",
  warning: "It works, with the risks above.",
  error: "Something is broken or exposed.",
};

/** Formats a report for a terminal. */
export function printReport({ findings, unchecked, checked, worst }: Report): string {
  const notChecked = unchecked.map(({ subject, reason }) => `  ${subject}: ${reason}`);
  return [
    ...findings.flatMap((finding) => [printFinding(finding), ""]),
    ...(notChecked.length === 0 ? [] : ["Not checked:", ...notChecked, ""]),
    `Checked: ${checked.join(", ")}.`,
    SUMMARY[worst],
  ].join("\n");
}

function printFinding({ severity, id, title, detail, why, fix }: Finding): string {
  const fixes = fix.flatMap(({ label, text }) => [`  Fix (${label}):`, indent(text)]);
  return [`${NAMES[severity]} ${id}: ${title}.`, `  ${detail}`, `  ${why}`, ...fixes].join("\n");
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}
