import { type EncodedKey, type EncodedResponse, encodeKey, encodeResponse } from "@valetkey/presign";
import { create } from "content-disposition";
import { type Disposition, safeServing } from "./serving.ts";

/** The object to download, and how the bucket serves it. */
type DownloadRequest = { objectKey: string; filename: string; contentType: string; disposition: Disposition };

/** The encoded key of the object, and the response headers that the signature of a download URL covers. */
type DownloadOverrides = { encodedKey: EncodedKey; response: EncodedResponse };

const CONTROL_CHARACTERS = /\p{Cc}/gu;

/**
 * Computes the overrides for a download. A cache would save nothing: with many files, a lookup takes longer than this computation, because
 * the memory of the entry is not in the cache of the processor.
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
  // The service checks filenames when an upload starts. But this line makes the header valid even for a filename that was not checked.
  const safe = filename.toWellFormed().replace(CONTROL_CHARACTERS, "_");
  return create(safe, { type: disposition });
}
