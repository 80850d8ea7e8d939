import { type EncodedKey, type EncodedResponse, encodeKey, encodeResponse } from "@valetkey/presign";
import { create } from "content-disposition";
import { words } from "../text/readable-text.ts";

/** Whether a browser saves a file ("attachment") or displays the file ("inline"). */
export type Disposition = "attachment" | "inline";

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;
const DEFAULT_TYPE = "application/octet-stream";

// The types that a browser displays without running code. HTML, SVG, XML and scripts must never be on this list.
const INLINE_TYPES = words(`
  image/png image/jpeg image/gif image/webp image/avif image/bmp application/pdf text/plain
  audio/mpeg audio/mp4 audio/ogg audio/wav audio/webm audio/flac audio/aac
  video/mp4 video/webm video/ogg video/quicktime
`);

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
    // The charset is part of the type, so that browsers do not guess the charset.
    const type = contentType === "text/plain" ? "text/plain; charset=utf-8" : contentType;
    return { disposition: requested, contentType: type };
  }
  return { disposition: "attachment", contentType: DEFAULT_TYPE };
}

type DownloadRequest = { objectKey: string; filename: string; contentType: string; disposition: Disposition };

/** The encoded key of the object, and the response headers that the signature of a download URL covers. */
type DownloadOverrides = { encodedKey: EncodedKey; response: EncodedResponse };

const CONTROL_CHARACTERS = /\p{Cc}/gu;

/**
 * Computes the response headers for a download. A cache of the headers would save nothing: with many files, reading a cache entry from the
 * main memory takes longer than the computation.
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
  // The header is valid even for an unchecked filename, although the service checks filenames when an upload starts.
  const safe = filename.toWellFormed().replace(CONTROL_CHARACTERS, "_");
  return create(safe, { type: disposition });
}
