import { type EncodedKey, type EncodedResponse, encodeKey, encodeResponse } from "@valetkey/presign";
import { create } from "content-disposition";
import { type Disposition, safeServing } from "../domain/serving.ts";

/** What is asked of a download: which object, as what. */
export type ServingRequest = { objectKey: string; filename: string; contentType: string; disposition: Disposition };

/** What is signed into it. */
export type Serving = {
  encodedKey: EncodedKey;
  response: EncodedResponse;
};

type Entry = { asked: ServingRequest; serving: Serving };

const MAX_ENTRIES = 20_000;
const CONTROL_CHARACTERS = /\p{Cc}/gu;

/** Works out what is signed into a download, and remembers it for objects that were asked for. */
export function createDownloadOverrides(): (request: ServingRequest) => Serving {
  // Emptied when it is full: to keep the order of use would cost more than working an entry out again now and then.
  const cache = new Map<string, Entry>();
  return (request) => {
    const found = cache.get(request.objectKey);
    if (found !== undefined && isSame(found.asked, request)) return found.serving;
    const { objectKey, filename, contentType, disposition } = request;
    const serving = serve(request);
    if (cache.size >= MAX_ENTRIES) cache.clear();
    cache.set(objectKey, { asked: { objectKey, filename, contentType, disposition }, serving });
    return serving;
  };
}

function isSame(one: ServingRequest, other: ServingRequest): boolean {
  return (
    one.filename === other.filename && one.contentType === other.contentType && one.disposition === other.disposition
  );
}

function serve(request: ServingRequest): Serving {
  const { disposition, contentType } = safeServing(request.contentType, request.disposition);
  return {
    encodedKey: encodeKey(request.objectKey),
    response: encodeResponse({ contentDisposition: contentDispositionOf(request.filename, disposition), contentType }),
  };
}

/** RFC 6266: an ASCII `filename`, and `filename*` in UTF-8 where that does not say it all. */
function contentDispositionOf(filename: string, disposition: Disposition): string {
  // Names are checked when they come in; this keeps a header whole even if one was not.
  const safe = filename.toWellFormed().replace(CONTROL_CHARACTERS, "_");
  return create(safe, { type: disposition });
}
