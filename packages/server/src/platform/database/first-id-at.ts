/** Returns the text that every UUIDv7 of this millisecond begins with. It sorts before all ids from this millisecond or later. */
export function firstIdAt(milliseconds: number): string {
  const hex = milliseconds.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
