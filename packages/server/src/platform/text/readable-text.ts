import { DomainError } from "../errors.ts";

// Excludes blank characters that Unicode classes as letters or symbols.
const VISIBLE = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v;

/**
 * Throws `invalid_request` for a text without visible characters, and for a text that can look like another text. An empty text is valid.
 */
export function checkReadable(text: string | undefined, name: string): void {
  if (text === undefined || text === "") return;
  if (!isVisible(text)) {
    throw new DomainError("invalid_request", `${name} has no visible character. Write something that people can read.`);
  }
  if (hasBidiControl(text)) {
    throw new DomainError("invalid_request", `${name} has a text-direction mark. Remove it.`);
  }
}

/** Whether a text has a letter, a number, a punctuation mark or a symbol that people can see. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/** Whether a text has a bidirectional mark, which can make it look like another text. */
export function hasBidiControl(text: string): boolean {
  return /\p{Bidi_Control}/u.test(text);
}

/** Returns whether both databases can store the value as a text: without the NUL character and without half of a surrogate pair. */
export function isStorableText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
}

/**
 * Folds a text for search: texts that differ only in case or in the composition of accents (Unicode NFC) become equal. "Straße" and
 * "STRASSE" become equal, but é and e do not. The language of the user has no effect, so a Turkish dotted I does not become equal to an i.
 */
export function fold(text: string): string {
  // The first toLowerCase turns the capital ẞ into ß, and toUpperCase turns ß into SS. A lowercase sigma is σ, but ς at the end of a word,
  // so both become σ.
  return text.normalize("NFC").toLowerCase().toUpperCase().toLowerCase().normalize("NFC").replaceAll("ς", "σ");
}
