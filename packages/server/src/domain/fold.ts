/**
 * Folds a text for search: texts that differ only in case or in the composition of accents (Unicode NFC) become equal.
 * "Straße" and "STRASSE" become equal, é and e do not. It ignores the language, so a Turkish dotted I is not an i.
 */
export function fold(text: string): string {
  // The first toLowerCase turns the capital ẞ into ß, and toUpperCase turns ß into SS. Lower case has two sigmas, σ and the final ς.
  return text.normalize("NFC").toLowerCase().toUpperCase().toLowerCase().normalize("NFC").replaceAll("ς", "σ");
}
