/**
 * A text in the form in which it is searched: the same for all ways of writing it that differ in case alone, or in how accents are
 * composed (Unicode NFC). Independent of language, so that a Turkish dotted I is not an i. "Straße" and "STRASSE" are one; é and e are two.
 */
export function fold(text: string): string {
  // Over upper case, because only there ß is SS; and the capital ẞ is itself there, until it is made small. Lower case has two small
  // sigmas, and which one depends on what comes after it.
  return text.normalize("NFC").toLowerCase().toUpperCase().toLowerCase().normalize("NFC").replaceAll("ς", "σ");
}
