/** Removes the last line of a text that was cut, because this line may be incomplete. If the text has only one line, keeps the line. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1) || text;
}
