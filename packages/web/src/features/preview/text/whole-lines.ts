/** Leaves out the last line of a text that is cut somewhere. A text of one line stays. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1) || text;
}
