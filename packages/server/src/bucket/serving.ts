import { type EncodedKey, encodeKey } from "@valetkey/presign";
import { create } from "content-disposition";
import { LRUCache } from "lru-cache";
import { type Disposition, safeServing } from "../domain/serving.ts";

/** What is asked of a download: which object, as what. */
export type ServingRequest = { objectKey: string; filename: string; contentType: string; disposition: Disposition };

/** What is signed into it. */
export type Serving = {
  encodedKey: EncodedKey;
  response: { contentDisposition: string; contentType: string };
};

type Entry = { asked: ServingRequest; serving: Serving };

const MAX_ENTRIES = 20_000;
const CONTROL_CHARACTERS = /\p{Cc}/gu;

/** Works out what is signed into a download, and remembers it for the objects that were asked for last. */
export function createServing(): (request: ServingRequest) => Serving {
  const cache = new LRUCache<string, Entry>({ max: MAX_ENTRIES });
  return (request) => {
    const found = cache.get(request.objectKey);
    if (found !== undefined && isSame(found.asked, request)) return found.serving;
    const { objectKey, filename, contentType, disposition } = request;
    const serving = serve(request);
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
    response: { contentDisposition: contentDispositionOf(request.filename, disposition), contentType },
  };
}

/** RFC 6266: an ASCII `filename`, and `filename*` in UTF-8 where that does not say it all. */
function contentDispositionOf(filename: string, disposition: Disposition): string {
  // Names are checked when they come in; this keeps a header whole even if one was not.
  const safe = filename.toWellFormed().replace(CONTROL_CHARACTERS, "_");
  return create(safe, { type: disposition });
}
