/** `error`: the service fails or exposes data. `warning`: the set-up has a risk. `info`: the operator should know the fact. */
export type Severity = "error" | "warning" | "info";

/** A fault that the doctor can find. `why`: the consequence of the fault. */
export type Entry = { severity: Severity; title: string; why: string };

export const fault = { error: entryOf("error"), warning: entryOf("warning"), info: entryOf("info") };

function entryOf(severity: Severity) {
  return (title: string, why: string): Entry => ({ severity, title, why });
}

/** A text that the operator can paste, such as a command or a JSON document. `label`: where to paste the text. */
export type Fix = { label: string; text: string };

/** A fault in the checked set-up. `detail`: what the doctor observed, without secrets and signatures. */
export type Finding = Entry & { id: string; detail: string; fix: Fix[] };

/** A subject that the doctor could not check, and the reason. Such a subject counts neither as a fault nor as a success. */
type Unchecked = { subject: string; reason: string };

/** One result of a check. A check without outcomes has found no fault. */
export type Outcome = Found | { unchecked: Unchecked };
type Found = { finding: Finding };

export function findingOf<Id extends string>(entries: Record<Id, Entry>) {
  return (id: Id, { detail, fix }: { detail: string; fix: Fix[] }): Found => ({
    finding: { id, ...entries[id], detail, fix },
  });
}

export function unchecked(subject: string, reason: string): Outcome {
  return { unchecked: { subject, reason } };
}

/** Creates a remedy from lines for the environment of the service. */
export function environmentFix(...lines: string[]): Fix[] {
  return [{ label: "environment of the service", text: lines.join("\n") }];
}

export function commandFix(...lines: string[]): Fix[] {
  return [{ label: "command", text: lines.join("\n") }];
}

/** Describes a step in words, for a remedy without a text to paste. */
export function stepFix(text: string): Fix[] {
  return [{ label: "step", text }];
}

/** The result of a run of the doctor. `checked`: the names of the checks that ran to their end. */
export type Report = {
  ranAt: string;
  provider: string;
  worst: Severity | "healthy";
  findings: Finding[];
  unchecked: { subject: string; reason: string }[];
  checked: string[];
};

const ORDER: readonly Report["worst"][] = ["error", "warning", "info", "healthy"];

export function joinReports(first: Report, second: Report): Report {
  const bySeverity = (one: Finding, other: Finding) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity);
  return {
    ...first,
    worst: ORDER.find((severity) => severity === first.worst || severity === second.worst) ?? "healthy",
    findings: [...first.findings, ...second.findings].sort(bySeverity),
    unchecked: [...first.unchecked, ...second.unchecked],
    checked: [...first.checked, ...second.checked],
  };
}

export const EXIT_CODES: Record<Report["worst"], number> = { healthy: 0, info: 0, warning: 2, error: 1 };
const NAMES: Record<Severity, string> = { error: "ERROR", warning: "WARNING", info: "INFO" };

const SUMMARY: Record<Report["worst"], string> = {
  healthy: "No fault found in what was checked.",
  info: "No fault found in what was checked. The entries above are worth knowing.",
  warning: "It works, with the risks above.",
  error: "Something is broken or exposed.",
};

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
