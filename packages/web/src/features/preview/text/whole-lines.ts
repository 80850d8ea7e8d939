/** Removes the last line of a cut text, because it may be incomplete. A text of one line stays. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1) || text;
}
