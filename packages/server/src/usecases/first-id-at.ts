/** Returns the lowest UUIDv7 of a millisecond. The ids of events begin with their time. */
export function firstIdAt(milliseconds: number): string {
  const hex = milliseconds.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
