import { CATALOGUE } from "../packages/server/src/operations/doctor/run.ts";
import { escapeText } from "./reference.ts";

/** Writes the page of all faults that the doctor can find, by severity. */
export function faultsPage(): string {
  const intro =
    "This page is for operators. It lists every fault that [`valetkey doctor`](/doctor.md) can find. The doctor prints the fix of each " +
    "fault for your provider.";
  const sections = (["error", "warning", "info"] as const).map((severity) => {
    const faults = Object.entries(CATALOGUE).filter(([, entry]) => entry.severity === severity);
    const rows = faults.map(([id, { title, why }]) => `| \`${id}\` | ${escapeText(title)} | ${escapeText(why)} |`);
    return `## ${severity}\n\n| fault | meaning | reason |\n| --- | --- | --- |\n${rows.join("\n")}`;
  });
  return ["# Faults that the doctor finds", intro, ...sections].join("\n\n");
}
