import { type EncodedKey, type EncodedResponse, encodeKey, encodeResponse } from "@valetkey/presign";
import { create } from "content-disposition";
import { type Disposition, safeServing } from "../domain/serving.ts";

/** The object to download, and how the bucket serves it. */
export type DownloadRequest = { objectKey: string; filename: string; contentType: string; disposition: Disposition };

/** The encoded key of the object, and the response headers that the signature of a download URL covers. */
export type DownloadOverrides = { encodedKey: EncodedKey; response: EncodedResponse };

const MAX_ENTRIES = 20_000;
const CONTROL_CHARACTERS = /\p{Cc}/gu;

/** Returns a function that computes the overrides for a download. The function caches the result for each object. */
export function createDownloadOverrides(): (request: DownloadRequest) => DownloadOverrides {
  // A full cache is cleared. Removing only the oldest entry would cost more than computing an entry again.
  const cache = new Map<string, { asked: DownloadRequest; overrides: DownloadOverrides }>();
  return (request) => {
    const found = cache.get(request.objectKey);
    if (found !== undefined && isSame(found.asked, request)) return found.overrides;
    const { objectKey, filename, contentType, disposition } = request;
    const overrides = computeOverrides(request);
    if (cache.size >= MAX_ENTRIES) cache.clear();
    cache.set(objectKey, { asked: { objectKey, filename, contentType, disposition }, overrides });
    return overrides;
  };
}

function isSame(one: DownloadRequest, other: DownloadRequest): boolean {
  return (
    one.filename === other.filename && one.contentType === other.contentType && one.disposition === other.disposition
  );
}

function computeOverrides(request: DownloadRequest): DownloadOverrides {
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
