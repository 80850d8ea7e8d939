import { DomainError } from "../errors.ts";

const MAX_FILENAME_LENGTH = 255;
// C0 and C1 control characters, bidirectional marks ("gpj.exe" displays as "exe.jpg"), and both path separators.
const FORBIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]/u;

/**
 * Validates a filename. Returns the filename in NFC without surrounding white space. A filename is only for display, and never part of an
 * object key. Range: 1 to 255 characters.
 * Throws `invalid_filename` for `.`, `..`, path separators, control characters, bidirectional marks and lone surrogates
 * (docs/security-requirements.md, 2).
 */
export function checkFilename(filename: string): string {
  const name = filename.trim().normalize("NFC");
  if (name === "") throw invalid("The filename is empty.");
  if (name.length > MAX_FILENAME_LENGTH)
    throw invalid(`The filename is longer than ${MAX_FILENAME_LENGTH} characters.`);
  if (name === "." || name === "..") throw invalid("The filename can't be . or ..");
  if (!name.isWellFormed()) throw invalid("The filename is not valid Unicode: it has half of a surrogate pair.");
  if (FORBIDDEN.test(name)) {
    throw invalid("The filename has a path separator, a control character or a text-direction mark. Remove it.");
  }
  return name;
}

function invalid(message: string): DomainError {
  return new DomainError("invalid_filename", message);
}

export const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/**
 * The extensions of files that a browser runs or renders, or that a double click runs. `com` is missing, because many filenames are names
 * of web sites, which end with `com`.
 */
const ACTIVE = words(`
  html htm xhtml xht shtml mht mhtml svg svgz xml xsl xslt js mjs cjs php asp aspx jsp hta
  exe dll scr pif cpl msi msp lnk bat cmd ps1 vbs vbe jse wsf wsh reg jar apk deb rpm sh bash
`);

/** The extensions of text files. `ts`, `key` and `pot` are missing, because videos and slides have these extensions too. */
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

/** Whether a filename has the extension of a program or a web page. */
export function isActiveName(filename: string): boolean {
  return ACTIVE.has(extensionOf(filename));
}

/** Whether a filename has the extension of a text file. */
export function isTextName(filename: string): boolean {
  return TEXT.has(extensionOf(filename));
}
