/**
 * The parts of the data that a user sees. A state is a text that contains one mark for each part, in this order. When a part changes, its
 * mark changes too.
 */
export const CHANGED_PARTS = ["own", "shared", "note"] as const;
export type ChangedPart = (typeof CHANGED_PARTS)[number];

/** Returns the parts whose marks differ between two states. A part that is missing in `before` has not changed. */
export function changedParts(before: string, after: string): ChangedPart[] {
  const marks = before.split(".");
  const now = after.split(".");
  return CHANGED_PARTS.filter((_, index) => marks[index] !== undefined && marks[index] !== now[index]);
}
