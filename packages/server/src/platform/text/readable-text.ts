import { normaliseFilename, normalisePath, problemOfFilename, problemOfPath } from "@valetkey/contract";
import { DomainError, invalidRequest } from "../errors.ts";

// The pattern `VISIBLE` excludes blank characters that Unicode classes as letters or symbols.
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

/** Returns whether a text has a bidirectional mark, which can make the text look like another text. */
export function hasBidiControl(text: string): boolean {
  return /\p{Bidi_Control}/u.test(text);
}

/** Returns whether all databases can store the value as a text: without the NUL character and without half of a surrogate pair. */
export function isStorableText(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed() && !value.includes("\0");
}

/**
 * Folds a text for search: texts that differ only in case or in the composition of accents (Unicode NFC) become equal. "Straße" and
 * "STRASSE" become equal, but é and e do not. The language of the user has no effect, so a Turkish dotted I does not become equal to an i.
 */
export function fold(text: string): string {
  // The first toLowerCase turns the capital ẞ into ß, and toUpperCase turns ß into SS. A lowercase sigma is σ, but ς at the end of a word,
  // so the code turns ς into σ.
  return text.normalize("NFC").toLowerCase().toUpperCase().toLowerCase().normalize("NFC").replaceAll("ς", "σ");
}

/**
 * Checks the characters and the length of a filename. Returns the filename in NFC without surrounding white space. A filename is only for
 * display, and never part of an object key. A filename has 1 to 255 characters. Throws `invalid_filename` for `.`, `..`, path separators,
 * control characters, bidirectional marks and lone surrogates (docs/security-requirements.md, 2).
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

/** Extensions of files that run in a browser or by a double click. Without `com`, which ends the names of many web sites. */
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

/** Returns the last extension of a filename, in lower case, without the dot. Ignores trailing dots and spaces, as Windows does. */
export function extensionOf(filename: string): string {
  const name = filename.replace(/[. ]+$/, "");
  const dot = name.lastIndexOf(".");
  return dot === -1 ? "" : name.slice(dot + 1).toLowerCase();
}

/** Returns whether a filename has the extension of a program or a web page. */
export function isActiveName(filename: string): boolean {
  return ACTIVE.has(extensionOf(filename));
}

/** Returns whether a filename has the extension of a text file. */
export function isTextName(filename: string): boolean {
  return TEXT.has(extensionOf(filename));
}
