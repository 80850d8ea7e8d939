import { invalidArgument, S3Error } from "../errors.ts";
import { checkHeaderValue, STORED_HEADERS, toResponseHeaders } from "../http/object-headers.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { checkContent, pinRange } from "../http/send-content.ts";
import type { Checksum, ObjectRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { isNotModified } from "./conditions.ts";
import type { Context } from "./context.ts";
import { readPartNumber } from "./multipart-uploads.ts";
import { checksumHeaders } from "./put-object.ts";
import { type ByteRange, readRange } from "./range.ts";

/** The query parameters that override response headers: `response-content-type` and so on. */
export const RESPONSE_PARAMETERS = STORED_HEADERS.map((name) => `response-${name}`);

type Piece = ByteRange & { isPartial: boolean; checksums: readonly Checksum[]; partCount?: number };

/** GetObject and HeadObject: returns the whole object, a range or a part, with the headers of the object. */
export async function getObject(request: S3Request, { store }: Context): Promise<S3Response> {
  store.buckets.get(request.bucket);
  const object = store.objects.get(request.bucket, request.key);
  const partNumber = readPart(request);
  const headers = {
    ...toResponseHeaders(object),
    ...overrides(request),
    ETag: object.etag,
    "Last-Modified": new Date(object.lastModified).toUTCString(),
    "Accept-Ranges": "bytes",
  };
  if (isNotModified(request, object)) return { status: 304, headers };
  const piece = partNumber === undefined ? pieceByRange(request, object) : pieceByPart(store, { object, partNumber });
  const { from, to, isPartial, partCount } = piece;
  const content = pinRange(store, object.contentId, { from, to });
  await checkContent(content);
  if (request.method === "HEAD") content.unpin();
  return {
    status: isPartial ? 206 : 200,
    headers: {
      ...headers,
      ...lengthHeaders(object, piece),
      ...requestedChecksums(request, piece.checksums),
      ...(partCount !== undefined && { "x-amz-mp-parts-count": String(partCount) }),
    },
    ...(request.method === "GET" && { content }),
  };
}

/** Reads `partNumber`. Throws InvalidRequest if the request also has a Range header. Source: Amazon S3, "GetObject". */
function readPart(request: S3Request): number | undefined {
  const text = request.parameters.get("partNumber");
  if (text === undefined) return undefined;
  if (request.field("range") === undefined) return readPartNumber(text);
  throw new S3Error("InvalidRequest", "Cannot specify both Range header and partNumber query parameter");
}

/** Selects a range of the object. The response has no checksum, because the stored checksum is for the whole object. */
function pieceByRange(request: S3Request, object: ObjectRecord): Piece {
  const range = readRange(rangeHeader(request, object), object.sizeBytes);
  if (range === undefined) return { from: 0, to: object.sizeBytes, isPartial: false, checksums: object.checksums };
  return { ...range, isPartial: true, checksums: [] };
}

/** Selects a part of the object, with the checksums of this part. If the object has no parts, part 1 is the whole object. */
function pieceByPart(store: Store, { object, partNumber }: { object: ObjectRecord; partNumber: number }): Piece {
  const count = store.contents.partCount(object.contentId);
  const part = store.contents.part(object.contentId, partNumber);
  const isWhole = count === 0 && partNumber === 1;
  if (part === undefined && !isWhole) {
    throw new S3Error("InvalidPartNumber", "The requested partnumber is not satisfiable", {
      details: { PartNumberRequested: String(partNumber), ActualPartCount: String(Math.max(count, 1)) },
    });
  }
  const piece = part ?? { from: 0, to: object.sizeBytes, checksums: object.checksums };
  // Content-Range cannot express an empty range.
  return { ...piece, isPartial: piece.to > piece.from, ...(count > 0 && { partCount: count }) };
}

/** Returns the Range header. Returns undefined if If-Range shows that the object has changed. */
function rangeHeader(request: S3Request, object: ObjectRecord): string | undefined {
  const ifRange = request.field("if-range");
  const lastModified = Math.floor(object.lastModified / 1000) * 1000;
  const isSame = ifRange === undefined || ifRange === object.etag || Date.parse(ifRange) === lastModified;
  return isSame ? request.field("range") : undefined;
}

function lengthHeaders({ sizeBytes }: ObjectRecord, { from, to, isPartial }: Piece): Record<string, string> {
  const headers = { "Content-Length": String(to - from) };
  return isPartial ? { ...headers, "Content-Range": `bytes ${from}-${to - 1}/${sizeBytes}` } : headers;
}

function requestedChecksums(request: S3Request, checksums: readonly Checksum[]): Record<string, string> {
  const mode = request.field("x-amz-checksum-mode");
  if (mode !== undefined && mode.toUpperCase() !== "ENABLED") {
    throw invalidArgument("x-amz-checksum-mode must be ENABLED", { ArgumentName: "x-amz-checksum-mode" });
  }
  return mode === undefined ? {} : checksumHeaders(checksums);
}

function overrides(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of STORED_HEADERS) {
    const value = request.parameters.get(`response-${name}`);
    if (value !== undefined) headers[name] = checkHeaderValue(`response-${name}`, value);
  }
  return headers;
}
