import type { Entry } from "./catalogue/entry.ts";
import { CATALOGUE } from "./catalogue/index.ts";

export type FindingId = keyof typeof CATALOGUE;

/** A remedy to paste, such as a command or a JSON document. `label` names the place for it. */
export type Fix = { label: string; text: string };

/** A fault of this set-up. `detail` says what the doctor saw. It contains no secret and no signature. */
export type Finding = Entry & { id: FindingId; detail: string; fix: Fix[] };

/** A check without a result, and the reason. Such a check is neither a fault nor a success. */
export type Unchecked = { subject: string; reason: string };

/** One outcome of a check. A check without outcomes found no fault. */
export type Outcome = Found | { unchecked: Unchecked };
type Found = { finding: Finding };

/** Creates a finding of the catalogue. */
export function finding(id: FindingId, { detail, fix }: { detail: string; fix: Fix[] }): Found {
  const entry: Entry = CATALOGUE[id];
  return { finding: { id, ...entry, detail, fix } };
}

export function unchecked(subject: string, reason: string): Outcome {
  return { unchecked: { subject, reason } };
}
