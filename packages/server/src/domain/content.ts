import { type FileKind, kindOfName, kindOfStart, kindOfType } from "./file-kinds.ts";
import { type Markup, sniffMarkup } from "./markup.ts";

/** The name and type that a file came with. */
export type Claim = { filename: string; contentType: string };

/** How much of a file it takes to tell what it is. Bytes. */
export const START_BYTES = 4_100;

const PDF = "application/pdf";
const GZIP = "application/gzip";
const MARKUP_NAMES: Record<Markup, string> = { html: "HTML", svg: "SVG" };
const EXECUTABLES = new Set(["application/x-msdownload", "application/x-elf", "application/x-mach-binary"]);
/** Readers of PDF look for its mark this far. Source: Adobe, PDF Reference 1.7, appendix H. Bytes. */
const PDF_MARK_WITHIN = 1_024;

/** What a file is by its first bytes: markup, or a media type, or nothing that is known. */
type Actual = { markup: Markup | undefined; type: string | undefined };

/**
 * Says, for the person who sent it, how a file contradicts its name or its declared type; undefined when it doesn't (SECURITY-REQUIREMENTS 5).
 * `detectedType`: what a library of signatures makes of `start`, the first START_BYTES of the file.
 */
export function findContradiction(
  claim: Claim,
  { start, detectedType }: { start: Uint8Array; detectedType: string | undefined },
): string | undefined {
  if (start.length === 0) return undefined;
  const actual: Actual = { markup: sniffMarkup(start), type: normalise(start, detectedType) };
  const named = kindOfName(claim.filename);
  if (named !== undefined && isKnown(actual) && !matches(named, actual)) {
    return reject(`what its name says (it is ${nameOf(actual)}, named ${claim.filename})`);
  }
  const declared = kindOfType(claim.contentType);
  const contradicts = declared === undefined ? isForeign(claim.contentType, actual) : !matches(declared, actual);
  if (!contradicts) return undefined;
  const what = isKnown(actual) ? nameOf(actual) : `not ${declared?.name}`;
  return reject(`what it was declared to be (it is ${what}, declared as ${claim.contentType})`);
}

function reject(how: string): string {
  return `This file is not ${how}.`;
}

/** One type a kind, also where the library knows more about a file, or gives up because it sees no more of it. */
function normalise(start: Uint8Array, detectedType: string | undefined): string | undefined {
  const text = String.fromCharCode(...start.subarray(0, PDF_MARK_WITHIN));
  const certain = kindOfStart(text);
  if (certain !== undefined) return certain.types[0];
  if (detectedType !== undefined) return kindOfType(detectedType)?.types[0] ?? detectedType;
  return text.includes("%PDF-") ? PDF : undefined;
}

function isKnown({ markup, type }: Actual): boolean {
  return markup !== undefined || type !== undefined;
}

function matches(kind: FileKind, { markup, type }: Actual): boolean {
  if (markup !== undefined || type === undefined) return false;
  return kind.types.includes(type) || kind.alsoFine?.includes(type) === true;
}

/** Whether a picture, sound or film of a kind without a rule of its own is certainly something else. */
function isForeign(contentType: string, { markup, type }: Actual): boolean {
  if (!/^(?:image|audio|video)\//.test(contentType)) return false;
  if (contentType === "image/svg+xml" && (markup === "svg" || type === GZIP)) return false;
  if (markup !== undefined) return true;
  if (type === undefined) return false;
  if (EXECUTABLES.has(type)) return true;
  const kind = kindOfType(type);
  return kind !== undefined && !(contentType.startsWith("image/") && kind.types[0]?.startsWith("image/"));
}

function nameOf({ markup, type = "" }: Actual): string {
  if (markup !== undefined) return MARKUP_NAMES[markup];
  return kindOfType(type)?.name ?? type;
}
