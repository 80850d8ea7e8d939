import type { Rejection } from "@valetkey/contract";
import { extensionOf, isActiveName, isTextName } from "../../../platform/text/readable-text.ts";
import { areCompatible, type FileKind, kindOfName, kindOfStart, kindOfType } from "./file-kinds.ts";

/**
 * The declared name and type of a file. `isRenamed`: whether a person has chosen a new name for an existing file. Even unknown content must
 * match a new name. An upload may have unknown content, because many programs write unusual first bytes.
 */
export type Claim = { filename: string; contentType: string; isRenamed?: boolean };

/** The reason why the service rejects a file, as a sentence for the sender and as a code for programs. */
export type Fault = { reason: string; rejection: Rejection };

/** The number of first bytes by which the service recognises the type of a file. */
export const START_BYTES = 4_100;

const PDF = "application/pdf";
const GZIP = "application/gzip";
const MP4 = "video/mp4";
const MARKUP_NAMES: Record<Markup, string> = { html: "HTML", svg: "SVG" };
const MARKUP_TYPES: Record<Markup, string> = { html: "text/html", svg: "image/svg+xml" };
/** The names of programs. The service recognises programs only to reject them. */
const EXECUTABLES = new Map([
  ["application/x-msdownload", "a Windows program"],
  ["application/x-elf", "a Linux program"],
  ["application/x-mach-binary", "a macOS program"],
]);
/** PDF readers search for the mark `%PDF-` in the first 1,024 bytes of a file. Source: Adobe, PDF Reference 1.7, appendix H. */
const PDF_MARK_WITHIN = 1_024;
/** The types of the first boxes in MP4 fragments and old QuickTime files, unknown to file-type. Four bytes of length come first. */
const MP4_BOXES = new Set(["styp", "moof", "sidx", "skip", "pnot"]);
/** The text formats that the package file-type recognises. */
const TEXT_FORMATS = /^(?:text\/|application\/(?:xml|rtf|postscript|eps|x-ms-regedit)$|image\/svg\+xml$)/;
const TEXT_TYPES = /^(?:text\/.*|application\/(?:json|xml|javascript|x-javascript))$/;
/** Types of text that clients declare for binary files because of the extension: videos (.ts) and slides (.pot). */
const BINARY_IN_FACT = new Set(["text/rtf", "text/vnd.trolltech.linguist", "text/x-gettext-translation-template"]);
/** Control characters that text does not contain. Source: WHATWG MIME Sniffing, "binary data byte". */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches control characters
const BINARY_BYTE = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/;
/** The byte order marks of UTF-16. The package file-type mistakes such a text for an MP3 file. */
const UTF_16 = /^(?:\u00ff\u00fe|\u00fe\u00ff)/;
/** Image formats that use the MP4 container. */
const IMAGES_IN_MP4 = /^image\/(?:heic|heif|avif|x-canon-cr3)/;

/** The content of a file, recognised by its first bytes. */
type Actual = { markup: Markup | undefined; type: string | undefined; isBinary: boolean };

/**
 * Returns how the content, the name and the declared type of a file contradict each other. Returns undefined if they agree
 * (docs/security-requirements.md, 5).
 * `start`: the first START_BYTES bytes of the file. `detectedType`: the type that the package file-type detects in `start`.
 */
export function findContradiction(
  claim: Claim,
  { start, detectedType }: { start: Uint8Array; detectedType: string | undefined },
): Fault | undefined {
  if (start.length === 0) return undefined;
  const text = latin1(start);
  const type = normalise(text, detectedType);
  const actual: Actual = { markup: sniffMarkup(start), type, isBinary: isBinary(text, type) };
  return contradictionOfName(claim, actual) ?? contradictionOfType(claim, actual) ?? contradictionOfBoth(claim);
}

/** Formats that contain many kinds of files. For these formats, the declared type is more precise than the detected type. */
const CONTAINERS = new Set(["application/zip", GZIP, "application/xml", "application/x-cfb", "application/cbor"]);

/**
 * Returns the type by which a file request accepts or refuses a file, usually the declared type. Returns the type of the content if the
 * content certainly has another type, and no check verifies the declared type. The caller must first make sure that `findContradiction`
 * finds no contradiction.
 */
export function typeToAccept(
  contentType: string,
  { start, detectedType }: { start: Uint8Array; detectedType: string | undefined },
): string {
  const isVerified = kindOfType(contentType) !== undefined || /^(?:image|audio|video)\//.test(contentType);
  if (start.length === 0 || isVerified) return contentType;
  const markup = sniffMarkup(start);
  if (markup !== undefined) return MARKUP_TYPES[markup];
  const text = latin1(start);
  const type = normalise(text, detectedType);
  return type !== undefined && isBinary(text, type) && !CONTAINERS.has(type) ? type : contentType;
}

function contradictionOfName({ filename, isRenamed = false }: Claim, actual: Actual): Fault | undefined {
  const named = kindOfName(filename);
  const contradicts =
    named === undefined
      ? isTextName(filename) && actual.isBinary
      : (isRenamed || named.isStrict === true || isKnown(actual)) && !matches(named, actual);
  if (!contradicts) return undefined;
  const how = `what its name says (it is ${nameOf(actual, named)}, named ${filename})`;
  return reject(how, { ...mismatch(actual), expectedType: named?.types[0] ?? "text/plain" });
}

function contradictionOfType({ contentType }: Claim, actual: Actual): Fault | undefined {
  const declared = kindOfType(contentType);
  const contradicts = declared === undefined ? isForeign(contentType, actual) : !matches(declared, actual);
  if (!contradicts) return undefined;
  const how = `what it was declared to be (it is ${nameOf(actual, declared)}, declared as ${contentType})`;
  return reject(how, { ...mismatch(actual), expectedType: declared?.types[0] ?? contentType });
}

/** Compares the filename with the declared type. Ignores the content. */
function contradictionOfBoth({ filename, contentType }: Claim): Fault | undefined {
  const [named, declared] = [kindOfName(filename), kindOfType(contentType)];
  const differ =
    named === undefined || declared === undefined
      ? isActiveName(filename) && isPassive({ filename, contentType })
      : !areCompatible(named, declared);
  const how = `both what its name and its type say (named ${filename}, declared as ${contentType})`;
  return differ ? reject(how, { code: "name_mismatch" }) : undefined;
}

/** Returns whether the type is an image, audio, video or PDF. A file of such a type must not have the name of a program or a web page. */
function isPassive({ filename, contentType }: Claim): boolean {
  if (contentType === "image/svg+xml") return !["svg", "svgz", "xml"].includes(extensionOf(filename));
  return kindOfType(contentType)?.types[0] === PDF || /^(?:image|audio|video)\//.test(contentType);
}

function reject(how: string, rejection: Rejection): Fault {
  return { reason: `This file is not ${how}.`, rejection };
}

function mismatch({ markup, type }: Actual): Rejection {
  const detectedType = markup === undefined ? type : MARKUP_TYPES[markup];
  return { code: "content_mismatch", ...(detectedType !== undefined && { detectedType }) };
}

/** Returns the main type of the content. Also recognises some kinds that the package file-type does not detect. */
function normalise(text: string, detectedType: string | undefined): string | undefined {
  const certain = kindOfStart(text);
  if (certain !== undefined) return certain.types[0];
  if (detectedType !== undefined) return kindOfType(detectedType)?.types[0] ?? detectedType;
  if (MP4_BOXES.has(text.slice(4, 8))) return MP4;
  return text.slice(0, PDF_MARK_WITHIN).includes("%PDF-") ? PDF : undefined;
}

/** Returns whether a file is certainly not text. The detected type is no proof: a text can start with "MZ" or "BM". */
function isBinary(text: string, type: string | undefined): boolean {
  if (type === undefined || TEXT_FORMATS.test(type) || UTF_16.test(text)) return false;
  return type === PDF ? text.startsWith("%PDF-") : BINARY_BYTE.test(text);
}

function isKnown({ markup, type }: Actual): boolean {
  return markup !== undefined || type !== undefined;
}

function matches(kind: FileKind, { markup, type }: Actual): boolean {
  if (markup !== undefined) return false;
  if (type === undefined) return kind.isLoose === true;
  return kind.types.includes(type) || kind.alsoFine?.includes(type) === true;
}

/** Returns whether a file with a declared text, image, audio or video type has another type. For types without a kind in KINDS. */
function isForeign(contentType: string, { markup, type, isBinary }: Actual): boolean {
  if (TEXT_TYPES.test(contentType)) return isBinary && !BINARY_IN_FACT.has(contentType);
  if (!/^(?:image|audio|video)\//.test(contentType)) return false;
  if (contentType === "image/svg+xml" && (markup === "svg" || type === GZIP)) return false;
  if (markup !== undefined) return true;
  if (type === undefined) return false;
  if (EXECUTABLES.has(type)) return true;
  const kind = kindOfType(type);
  return kind !== undefined && !isOfClass(kind, contentType);
}

function isOfClass(kind: FileKind, contentType: string): boolean {
  const [type = ""] = kind.types;
  if (!contentType.startsWith("image/")) return /^(?:audio|video)\//.test(type);
  return type.startsWith("image/") || (type === MP4 && IMAGES_IN_MP4.test(contentType));
}

/** Returns a name for the content of a file. For unknown content, the name says only which kind of file the content is not. */
function nameOf({ markup, type }: Actual, expected: FileKind | undefined): string {
  if (markup !== undefined) return MARKUP_NAMES[markup];
  return type === undefined ? `not ${expected?.name}` : (kindOfType(type)?.name ?? EXECUTABLES.get(type) ?? type);
}

export type Markup = "html" | "svg";

/** The tags by which a browser recognises HTML. Source: WHATWG MIME Sniffing, "identifying a resource with an unknown MIME type". */
const HTML =
  /^<(!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|meta|link|img|form)[\s/>]/i;

const SVG = /^<(!doctype svg|svg)[\s/>]/i;

/** White space, a processing instruction or a comment before the first tag. */
const PREAMBLE = /^(?:\s+|<\?[^>]*>|<!--[\s\S]*?-->)/;

/** Returns a text with one character for each byte. */
function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

/** Recognises HTML and SVG by the first bytes of a file, in UTF-8 or UTF-16. */
export function sniffMarkup(start: Uint8Array): Markup | undefined {
  let text = decode(start);
  for (let preamble = PREAMBLE.exec(text); preamble !== null; preamble = PREAMBLE.exec(text)) {
    text = text.slice(preamble[0].length);
  }
  if (SVG.test(text)) return "svg";
  return HTML.test(text) ? "html" : undefined;
}

function decode(start: Uint8Array): string {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(start);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(start);
  return new TextDecoder("utf-8").decode(start);
}
