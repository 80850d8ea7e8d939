/** How much of the name stays visible before the extension. Characters. */
const BEFORE_EXTENSION = 5;
/** A longer suffix counts as part of the name. Characters. */
const MAX_EXTENSION = 8;

/** Splits a filename for display, between grapheme clusters. The page may shorten the head. It shows the whole tail. */
export function splitName(filename: string): { head: string; tail: string } {
  const characters = Array.from(new Intl.Segmenter().segment(filename), ({ segment }) => segment);
  const dot = characters.lastIndexOf(".");
  const isExtension = dot > 0 && characters.length - dot - 1 <= MAX_EXTENSION;
  const end = isExtension ? dot : characters.length;
  const cut = Math.max(0, end - BEFORE_EXTENSION);
  return { head: characters.slice(0, cut).join(""), tail: characters.slice(cut).join("") };
}
