/** The least length of a text that the index for searches can find, in UTF-16 code units. */
export const LEAST_LENGTH = 3;
/** A document with more terms gets only the term of long documents. So the work to index a document has a limit. */
const MAX_TERMS = 20_000;
const FNV_OFFSET = 2_166_136_261;

/**
 * Returns the terms of a document of one owner: a hash for each three code units in a row. The hash includes the owner, so a search never
 * reads entries of other owners. Two terms may have the same hash, so a document with the terms may still not contain the searched text.
 * All texts must have the form for searches (platform/text/readable-text.ts).
 */
export function termsOfDoc(ownerId: string, texts: readonly string[]): number[] {
  const seed = hashOf(FNV_OFFSET, ownerId);
  const terms = new Set<number>();
  for (const text of texts) addTerms(terms, { seed, text });
  return terms.size > MAX_TERMS ? [termOfLongDocs(ownerId)] : [...terms];
}

/** Returns terms that each document with this text has, except long documents. Returns at most `max` terms, from all parts of the text. */
export function termsOfSearch(ownerId: string, text: string, max: number): number[] {
  // A database stores only well-formed texts.
  const terms = termsOfDoc(ownerId, [text.toWellFormed()]);
  const step = Math.max(1, terms.length / max);
  return Array.from({ length: Math.min(max, terms.length) }, (_, nth) => terms[Math.floor(nth * step)] as number);
}

/** Returns the term of the documents whose terms the index does not have. */
export function termOfLongDocs(ownerId: string): number {
  return hashOf(0, ownerId);
}

function addTerms(terms: Set<number>, { seed, text }: { seed: number; text: string }): void {
  for (let start = 0; start + LEAST_LENGTH <= text.length; start += 1) {
    terms.add(hashOf(seed, text, start, start + LEAST_LENGTH));
  }
}

/** Returns the hash FNV-1a of code units as a signed integer, after a last step that mixes the bits. */
function hashOf(seed: number, text: string, start = 0, end = text.length): number {
  let hash = seed;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  return hash ^ (hash >>> 13);
}
