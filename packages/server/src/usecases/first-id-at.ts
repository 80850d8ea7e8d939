/** Returns the beginning of every UUIDv7 of a millisecond. It is lower than all ids of events of this millisecond or later. */
export function firstIdAt(milliseconds: number): string {
  const hex = milliseconds.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
