import { normaliseFilename, normalisePath, problemOfFilename, problemOfPath } from "@valetkey/contract";
import { DomainError, invalidRequest } from "../errors.ts";

// Matches visible characters. Excludes blank characters that Unicode classes as letters or symbols.
const VISIBLE = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800]]/v;

/** Throws `invalid_request` for a text that is invisible or can look like another text. An empty text is valid. */
export function checkReadable(text: string | undefined, name: string): void {
  if (text === undefined || text === "") return;
  if (!isVisible(text)) throw invalidRequest(`${name} has no visible character. Write something that people can read.`);
  if (hasBidiControl(text)) throw invalidRequest(`${name} has a text-direction mark. Remove it.`);
}

/** Returns whether a text has a letter, a number, a punctuation mark or a symbol that people can see. */
export function isVisible(text: string): boolean {
  return VISIBLE.test(text);
}

/** Returns whether a text has a bidirectional mark, which can make it look like another text. */
export function hasBidiControl(text: string): boolean {
  return /\p{Bidi_Control}/u.test(text);
}

/** Returns whether all databases can store the value as a text. The NUL character and half of a surrogate pair cannot be stored. */
export function isStorableText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
}

/**
 * Converts a text to its form for searches. Texts that differ only in upper and lower case, or in the composition of accents (Unicode NFC),
 * become equal. "Straße" and "STRASSE" become equal, but é and e do not. The language of the user has no effect, so a Turkish dotted I does
 * not become equal to an i.
 */
export function fold(text: string): string {
  // The first toLowerCase turns the capital ẞ into ß, and toUpperCase turns ß into SS. A lower-case sigma is σ, but ς at the end of a word,
  // so ς becomes σ.
  return text.normalize("NFC").toLowerCase().toUpperCase().toLowerCase().normalize("NFC").replaceAll("ς", "σ");
}

/**
 * Checks the characters and the length of a filename. Returns the filename in NFC without surrounding white space. A filename has 1 to 255
 * characters, is only for display, and is never part of an object key. Throws `invalid_filename` for `.`, `..`, path separators, control
 * characters, bidirectional marks and lone surrogates (docs/security-requirements.md, 2).
 */
export function checkFilename(filename: string): string {
  const name = normaliseFilename(filename);
  const problem = problemOfFilename(name);
  if (problem !== undefined) throw new DomainError("invalid_filename", problem);
  return name;
}

/** Checks the folder of a file. Returns its stored form, which is empty for a file without a folder. Throws `invalid_path`. */
export function checkPath(path = ""): string {
  const normalised = normalisePath(path);
  const problem = problemOfPath(normalised);
  if (problem !== undefined) throw new DomainError("invalid_path", problem);
  return normalised;
}

export const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Extensions of files that run in a browser or after a double click. Without `com`, which ends the names of many web sites. */
const ACTIVE = words(`
  html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt js mjs cjs php asp aspx jsp hta
  exe dll scr pif cpl msi msp lnk bat cmd ps1 vbs vbe jse wsf wsh reg jar apk deb rpm sh bash
`);

/** Extensions of text files. Without `ts`, `key` and `pot`, which also belong to videos and slides. */
const TEXT = words(`
  txt text log md markdown rst csv tsv json jsonl ndjson geojson yaml yml toml ini conf cfg
  html htm xhtml shtml xml xsl xslt css js mjs cjs jsx tsx php asp aspx jsp
  c h cc cpp hpp cs go java kt rs py rb pl lua swift scala sql sh bash bat cmd ps1 tex srt vtt ics vcf diff patch
`);

/** Returns the last extension of a filename, in lower case and without the dot. Ignores trailing dots and spaces, as Windows does. */
export function extensionOf(filename: string): string {
  const name = filename.replace(/[. ]+$/, "");
  const dot = name.lastIndexOf(".");
  return dot === -1 ? "" : name.slice(dot + 1).toLowerCase();
}

export function isActiveName(filename: string): boolean {
  return ACTIVE.has(extensionOf(filename));
}

export function isTextName(filename: string): boolean {
  return TEXT.has(extensionOf(filename));
}
