import type { EncodedKey, EncodedResponse } from "@valetkey/presign";
import { encodeKey, encodeResponse } from "@valetkey/presign";
import { create } from "content-disposition";
import { words } from "../text/readable-text.ts";

/** Whether a browser saves a file or displays it. */
export type Disposition = "attachment" | "inline";

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;
const DEFAULT_TYPE = "application/octet-stream";

// Types that a browser displays without running code. HTML, SVG, XML and scripts must never be on this list.
const INLINE_TYPES = words(`
  image/png image/jpeg image/gif image/webp image/avif image/bmp application/pdf text/plain
  audio/mpeg audio/mp4 audio/ogg audio/wav audio/webm audio/flac audio/aac
  video/mp4 video/webm video/ogg video/quicktime
`);

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
    // States the charset, because a browser would otherwise guess it.
    const type = contentType === "text/plain" ? "text/plain; charset=utf-8" : contentType;
    return { disposition: requested, contentType: type };
  }
  return { disposition: "attachment", contentType: DEFAULT_TYPE };
}

/** The object to download, and how the bucket serves it. */
type DownloadRequest = { objectKey: string; filename: string; contentType: string; disposition: Disposition };

/** The encoded key of the object, and the response headers that the signature of a download URL covers. */
type DownloadOverrides = { encodedKey: EncodedKey; response: EncodedResponse };

const CONTROL_CHARACTERS = /\p{Cc}/gu;

/**
 * Computes the overrides for a download. A cache would save nothing, because with many files, a lookup takes longer than the computation.
 * The memory of the entry is then not in the cache of the processor.
 */
export function overridesOf(request: DownloadRequest): DownloadOverrides {
  const { disposition, contentType } = safeServing(request.contentType, request.disposition);
  return {
    encodedKey: encodeKey(request.objectKey),
    response: encodeResponse({ contentDisposition: contentDispositionOf(request.filename, disposition), contentType }),
  };
}

/** Returns a header with an ASCII `filename`. Adds `filename*` in UTF-8 if it is needed (RFC 6266). */
function contentDispositionOf(filename: string, disposition: Disposition): string {
  // Makes the header valid even for an unchecked filename, although the service checks filenames when an upload starts.
  const safe = filename.toWellFormed().replace(CONTROL_CHARACTERS, "_");
  return create(safe, { type: disposition });
}
