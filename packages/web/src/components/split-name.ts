/** How much of a name stays in sight in front of its extension. Characters. */
const BEFORE_EXTENSION = 5;
/** What is longer is no extension but a part of the name. Characters. */
const MAX_EXTENSION = 8;

/**
 * Cuts a filename where it may be shortened: what is left of the cut may end in "…", what is right of it stays whole, the extension in it.
 * Characters are those that a reader sees, so that none is cut in two.
 */
export function splitName(filename: string): { head: string; tail: string } {
  const characters = Array.from(new Intl.Segmenter().segment(filename), ({ segment }) => segment);
  const dot = characters.lastIndexOf(".");
  const isExtension = dot > 0 && characters.length - dot - 1 <= MAX_EXTENSION;
  const end = isExtension ? dot : characters.length;
  const cut = Math.max(0, end - BEFORE_EXTENSION);
  return { head: characters.slice(0, cut).join(""), tail: characters.slice(cut).join("") };
}
