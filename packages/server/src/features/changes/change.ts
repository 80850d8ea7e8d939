/**
 * The parts of the data that a user sees. A state is a text that contains one mark for each of these parts, in this order. When the data of
 * a part changes, its mark changes too.
 */
export const CHANGED_PARTS = ["own", "shared", "note"] as const;
export type ChangedPart = (typeof CHANGED_PARTS)[number];

/** Returns the parts whose marks differ between two states. A part without a mark in `before` counts as unchanged. */
export function changedParts(before: string, after: string): ChangedPart[] {
  const marks = before.split(".");
  const now = after.split(".");
  return CHANGED_PARTS.filter((_, index) => marks[index] !== undefined && marks[index] !== now[index]);
}
