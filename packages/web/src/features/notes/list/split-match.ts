/** Returns the parts of a text before, in and after the first match. Ignores case. Returns undefined if there is no match. */
export function splitMatch(text: string, q: string): [before: string, match: string, after: string] | undefined {
  const [lower, searched] = [text.toLowerCase(), q.toLowerCase()];
  const start = lower.indexOf(searched);
  // Some letters are longer in lower case. In that case, a position in the lower case text is wrong for `text`, so the page marks nothing.
  if (searched === "" || start === -1 || lower.length !== text.length) return undefined;
  const end = start + searched.length;
  return [text.slice(0, start), text.slice(start, end), text.slice(end)];
}
