import { checksumHeader } from "../body/checksum.ts";
import { S3Error } from "../errors.ts";
import type { Answer } from "../http/answer.ts";
import { checkHeaderValue, describingHeaders, KEPT_HEADERS } from "../http/description.ts";
import type { S3Request } from "../http/request.ts";
import { pinRange } from "../http/send-content.ts";
import type { ObjectRecord } from "../store/records.ts";
import { isNotModified } from "./conditions.ts";
import type { Context } from "./context.ts";
import { type ByteRange, readRange } from "./range.ts";

/** The parameters by which a signer sets headers of the answer: `response-content-type` and so on. */
export const RESPONSE_PARAMETERS = KEPT_HEADERS.map((name) => `response-${name}`);

/** GetObject and HeadObject: the bytes, or a range of them, and everything that is known about the object. */
export function getObject(request: S3Request, { store }: Context): Answer {
  store.buckets.get(request.bucket);
  const object = store.objects.get(request.bucket, request.key);
  const headers = {
    ...describingHeaders(object),
    ...overrides(request),
    ETag: object.etag,
    "Last-Modified": new Date(object.lastModified).toUTCString(),
    "Accept-Ranges": "bytes",
  };
  if (isNotModified(request, object)) return { status: 304, headers };
  const range = readRange(rangeHeader(request, object), object.sizeBytes);
  const { from, to } = range ?? { from: 0, to: object.sizeBytes };
  return {
    status: range === undefined ? 200 : 206,
    headers: { ...headers, ...lengthHeaders(object, range), ...checksumHeaders(request, object, range) },
    ...(request.method === "GET" && { content: pinRange(store, object.contentId, { from, to }) }),
  };
}

/** A range that is asked for only if the object is still the same is ignored when it is not. */
function rangeHeader(request: S3Request, object: ObjectRecord): string | undefined {
  const ifRange = request.field("if-range");
  const isSame = ifRange === undefined || ifRange === object.etag || Date.parse(ifRange) === secondsOf(object) * 1000;
  return isSame ? request.field("range") : undefined;
}

function secondsOf(object: ObjectRecord): number {
  return Math.floor(object.lastModified / 1000);
}

function lengthHeaders({ sizeBytes }: ObjectRecord, range: ByteRange | undefined): Record<string, string> {
  if (range === undefined) return { "Content-Length": String(sizeBytes) };
  const { from, to } = range;
  return { "Content-Length": String(to - from), "Content-Range": `bytes ${from}-${to - 1}/${sizeBytes}` };
}

/** A checksum of the whole says nothing about a part of it, so a range has none. */
function checksumHeaders(
  request: S3Request,
  object: ObjectRecord,
  range: ByteRange | undefined,
): Record<string, string> {
  const mode = request.field("x-amz-checksum-mode");
  if (mode !== undefined && mode.toUpperCase() !== "ENABLED") {
    throw new S3Error("InvalidArgument", "x-amz-checksum-mode must be ENABLED", {
      details: { ArgumentName: "x-amz-checksum-mode" },
    });
  }
  if (mode === undefined || range !== undefined) return {};
  const headers: Record<string, string> = {};
  for (const { algorithm, value, type } of object.checksums) {
    headers[checksumHeader(algorithm)] = value;
    headers["x-amz-checksum-type"] = type;
  }
  return headers;
}

function overrides(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = request.parameters.get(`response-${name}`);
    if (value !== undefined) headers[name] = checkHeaderValue(`response-${name}`, value);
  }
  return headers;
}
