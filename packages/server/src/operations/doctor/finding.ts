import type { Entry } from "./catalogue/entry.ts";
import { CATALOGUE } from "./catalogue/index.ts";

export type FindingId = keyof typeof CATALOGUE;

/** A remedy that the operator can paste, such as a command or a JSON document. `label` says where to paste it. */
export type Fix = { label: string; text: string };

/** A fault in this set-up. `detail` describes what the doctor observed, without secrets and signatures. */
export type Finding = Entry & { id: FindingId; detail: string; fix: Fix[] };

/** Something that the doctor could not check, and the reason. The report counts it neither as a fault nor as a success. */
export type Unchecked = { subject: string; reason: string };

/** One outcome of a check. A check that returns no outcomes found no fault. */
export type Outcome = Found | { unchecked: Unchecked };
type Found = { finding: Finding };

/** Creates a finding from the entry with this id in the catalogue. */
export function finding(id: FindingId, { detail, fix }: { detail: string; fix: Fix[] }): Found {
  const entry: Entry = CATALOGUE[id];
  return { finding: { id, ...entry, detail, fix } };
}

export function unchecked(subject: string, reason: string): Outcome {
  return { unchecked: { subject, reason } };
}
