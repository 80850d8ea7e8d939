import type { Entry } from "./catalogue/entry.ts";
import { CATALOGUE } from "./catalogue/index.ts";

export type FindingId = keyof typeof CATALOGUE;

/** A remedy that the operator can paste, such as a command or a JSON document. `label` says where to paste it. */
export type Fix = { label: string; text: string };

/** A fault of this set-up. `detail` says what the doctor saw, without secrets and signatures. */
export type Finding = Entry & { id: FindingId; detail: string; fix: Fix[] };

/** Something that the doctor could not check, and the reason. It counts neither as a fault nor as a success. */
export type Unchecked = { subject: string; reason: string };

/** One outcome of a check. If a check returns no outcomes, it found no fault. */
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
