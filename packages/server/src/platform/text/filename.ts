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
