import { type EncodedKey, type EncodedResponse, encodeKey, encodeResponse } from "@valetkey/presign";
import { create } from "content-disposition";
import { words } from "../text/readable-text.ts";

/** The disposition decides whether a browser saves a file or displays the file. */
export type Disposition = "attachment" | "inline";

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;
const DEFAULT_TYPE = "application/octet-stream";

// A browser displays the inline types without running code. HTML, SVG, XML and scripts must never be on the list of inline types.
const INLINE_TYPES = words(`
  image/png image/jpeg image/gif image/webp image/avif image/bmp application/pdf text/plain
  audio/mpeg audio/mp4 audio/ogg audio/wav audio/webm audio/flac audio/aac
  video/mp4 video/webm video/ogg video/quicktime
`);

/** Returns whether a browser may display a file of the type. */
export function canShowInline(contentType: string): boolean {
  return INLINE_TYPES.has(contentType);
}

/** Returns the media type in lower case without parameters. An empty or malformed type becomes application/octet-stream. */
export function normaliseContentType(contentType: string): string {
  const type = (contentType.split(";", 1)[0] ?? "").trim().toLowerCase();
  return MEDIA_TYPE.test(type) ? type : DEFAULT_TYPE;
}

/**
 * Returns the disposition and the type for the URL of a download. For a type outside the inline allow-list, the result is always
 * `attachment` and application/octet-stream (docs/security-requirements.md, 12).
 */
function safeServing(contentType: string, requested: Disposition): { disposition: Disposition; contentType: string } {
  if (INLINE_TYPES.has(contentType)) {
    // The type states the charset, so that a browser does not guess the charset.
    const type = contentType === "text/plain" ? "text/plain; charset=utf-8" : contentType;
    return { disposition: requested, contentType: type };
  }
  return { disposition: "attachment", contentType: DEFAULT_TYPE };
}

/** The object to download, and the way in which the bucket serves the object. */
type DownloadRequest = { objectKey: string; filename: string; contentType: string; disposition: Disposition };

/** The encoded key of the object, and the response headers that the signature of a download URL covers. */
type DownloadOverrides = { encodedKey: EncodedKey; response: EncodedResponse };

const CONTROL_CHARACTERS = /\p{Cc}/gu;

/**
 * Computes the response headers for a download. A cache of the headers would save nothing, because with many files, a lookup takes longer
 * than the computation. With many files, the memory of the entry is not in the cache of the processor.
 */
export function overridesOf(request: DownloadRequest): DownloadOverrides {
  const { disposition, contentType } = safeServing(request.contentType, request.disposition);
  return {
    encodedKey: encodeKey(request.objectKey),
    response: encodeResponse({ contentDisposition: contentDispositionOf(request.filename, disposition), contentType }),
  };
}

/** Returns a header with an ASCII `filename`. If ASCII is not enough, `contentDispositionOf` adds `filename*` in UTF-8 (RFC 6266). */
function contentDispositionOf(filename: string, disposition: Disposition): string {
  // The code makes the header valid even for an unchecked filename, although the service checks filenames at the start of an upload.
  const safe = filename.toWellFormed().replace(CONTROL_CHARACTERS, "_");
  return create(safe, { type: disposition });
}
