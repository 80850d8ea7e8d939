/** How many characters of the name stay visible before the extension. */
const BEFORE_EXTENSION = 5;
/** The maximum length of an extension. A longer suffix counts as a part of the name. Characters. */
const MAX_EXTENSION = 8;

/**
 * Splits a filename for display, without splitting a grapheme cluster. The page may shorten the head, but it always shows the whole tail.
 */
export function splitName(filename: string): { head: string; tail: string } {
  const characters = Array.from(new Intl.Segmenter().segment(filename), ({ segment }) => segment);
  const dot = characters.lastIndexOf(".");
  const isExtension = dot > 0 && characters.length - dot - 1 <= MAX_EXTENSION;
  const end = isExtension ? dot : characters.length;
  const cut = Math.max(0, end - BEFORE_EXTENSION);
  return { head: characters.slice(0, cut).join(""), tail: characters.slice(cut).join("") };
}
