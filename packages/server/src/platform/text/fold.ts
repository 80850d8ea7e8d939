/**
 * Folds a text for search: texts that differ only in case or in the composition of accents (Unicode NFC) become equal. "Straße" and
 * "STRASSE" become equal, but é and e do not. The language of the user has no effect, so a Turkish dotted I does not become equal to an i.
 */
export function fold(text: string): string {
  // The first toLowerCase turns the capital ẞ into ß, and toUpperCase turns ß into SS. A lowercase sigma is σ, but ς at the end of a word,
  // so both become σ.
  return text.normalize("NFC").toLowerCase().toUpperCase().toLowerCase().normalize("NFC").replaceAll("ς", "σ");
}
