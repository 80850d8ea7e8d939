/** Control characters, and characters that change the direction of text. In a terminal, such characters could hide or forge text. */
export const UNSAFE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;

/** Replaces the characters that a terminal would obey, in a text from the service or in a filename. Keeps line breaks. */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, (character) => (character === "\n" ? character : "\ufffd"));
}
