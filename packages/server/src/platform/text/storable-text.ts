/** Returns whether both databases can store the value as a text: without the NUL character and without half of a surrogate pair. */
export function isStorableText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
}
