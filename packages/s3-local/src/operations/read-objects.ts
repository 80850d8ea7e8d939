import { invalidArgument, invalidRequest, S3Error } from "../errors.ts";
import { checkHeaderValue, STORED_HEADERS, toResponseHeaders } from "../http/object-headers.ts";
import type { S3Request } from "../http/request.ts";
import { type S3Response, writeXml, type XmlElements } from "../http/response.ts";
import { checkContent, pinRange, readSmall } from "../http/send-content.ts";
import type { Checksum, ObjectRecord } from "../store/database.ts";
import type { Store } from "../store/store.ts";
import { readMaxKeys } from "./listings.ts";
import { type Context, checksumElements, checksumHeaders, isNotModified, readPartNumber } from "./operation.ts";

/** The query parameters that override response headers, such as `response-content-type`. */
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
  const pinned = pinRange(store, object.contentId, { from, to });
  const content = request.method === "GET" ? await readSmall(pinned) : undefined;
  if (content === undefined) {
    await checkContent(pinned);
    pinned.unpin();
  }
  return {
    status: isPartial ? 206 : 200,
    headers: {
      ...headers,
      ...lengthHeaders(object, piece),
      ...requestedChecksums(request, piece.checksums),
      ...(partCount !== undefined && { "x-amz-mp-parts-count": String(partCount) }),
    },
    ...(content && { content }),
  };
}

/** Reads `partNumber`. Throws InvalidRequest if the request also has a Range header. Source: Amazon S3, "GetObject". */
function readPart(request: S3Request): number | undefined {
  const text = request.parameters.get("partNumber");
  if (text === undefined) return undefined;
  if (request.field("range") === undefined) return readPartNumber(text);
  throw invalidRequest("Cannot specify both Range header and partNumber query parameter");
}

/** Selects a range of an object, without a checksum, because the stored checksum is for the whole object. */
function pieceByRange(request: S3Request, object: ObjectRecord): Piece {
  const range = readRange(rangeHeader(request, object), object.sizeBytes);
  if (range === undefined) return { from: 0, to: object.sizeBytes, isPartial: false, checksums: object.checksums };
  return { ...range, isPartial: true, checksums: [] };
}

/** Selects a part of an object, with the checksums of this part. Part 1 of an object without parts is the whole object. */
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

const RANGE = /^bytes=(\d*)-(\d*)$/;

/** The bytes from `from` (inclusive) to `to` (exclusive). */
export type ByteRange = { from: number; to: number };

/**
 * Reads a Range header for an object of the given size. Returns undefined if the client requests the whole object.
 *
 * Ignores a malformed header and a header with several ranges, as RFC 9110 section 14.2 permits. Throws InvalidRange if the range contains
 * no byte of the object.
 */
export function readRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = RANGE.exec(header ?? "");
  if (match === null) return undefined;
  const [, first, last] = match as unknown as [string, string, string];
  if (first === "") return last === "" ? undefined : readSuffix(Number(last), sizeBytes);
  const from = Number(first);
  const to = last === "" ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  if (last !== "" && Number(last) < from) return undefined;
  if (from >= sizeBytes) throw unsatisfiable(sizeBytes);
  return { from, to };
}

function readSuffix(length: number, sizeBytes: number): ByteRange {
  if (length === 0 || sizeBytes === 0) throw unsatisfiable(sizeBytes);
  return { from: Math.max(0, sizeBytes - length), to: sizeBytes };
}

function unsatisfiable(sizeBytes: number): S3Error {
  return new S3Error("InvalidRange", "The requested range is not satisfiable", {
    details: { ActualObjectSize: String(sizeBytes) },
  });
}

const ATTRIBUTES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/** GetObjectAttributes: returns the attributes in `x-amz-object-attributes`. Source: Amazon S3 API, GetObjectAttributes. */
export function getObjectAttributes(request: S3Request, { store }: Context): S3Response {
  store.buckets.get(request.bucket);
  const object = store.objects.get(request.bucket, request.key);
  const wanted = readAttributes(request);
  const all: XmlElements = {
    // Only this operation writes an entity tag without quotes.
    ETag: object.etag.replaceAll('"', ""),
    Checksum: checksumOf(object),
    ObjectParts: wanted.includes("ObjectParts") ? partsOf(request, { store, object }) : undefined,
    StorageClass: "STANDARD",
    ObjectSize: object.sizeBytes,
  };
  const attributes = Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));
  return {
    status: 200,
    headers: { "Last-Modified": new Date(object.lastModified).toUTCString() },
    xml: writeXml("GetObjectAttributesResponse", attributes),
  };
}

/** GetObjectTagging: returns an empty tag set, because tags are not implemented. */
export function getObjectTagging(request: S3Request, { store }: Context): S3Response {
  store.buckets.get(request.bucket);
  store.objects.get(request.bucket, request.key);
  return { status: 200, xml: writeXml("Tagging", { TagSet: "" }) };
}

function readAttributes(request: S3Request): string[] {
  const header = request.field("x-amz-object-attributes");
  if (header === undefined) throw invalidRequest("The x-amz-object-attributes header is missing.");
  const wanted = header.split(",").map((name) => name.trim());
  const unknown = wanted.find((name) => !ATTRIBUTES.includes(name));
  if (unknown === undefined) return wanted;
  throw invalidArgument("Invalid attribute name specified.", {
    ArgumentName: "x-amz-object-attributes",
    ArgumentValue: unknown,
  });
}

function checksumOf({ checksums }: ObjectRecord): XmlElements | undefined {
  const [first] = checksums;
  return first && { ...checksumElements(checksums), ChecksumType: first.type };
}

/** Returns the number of parts of a multipart object, and the list of parts if they have checksums, like Amazon S3. */
function partsOf(
  request: S3Request,
  { store, object }: { store: Store; object: ObjectRecord },
): XmlElements | undefined {
  const count = store.contents.partCount(object.contentId);
  if (count === 0) return undefined;
  const maxParts = readMaxKeys(request.field("x-amz-max-parts"), "x-amz-max-parts");
  const marker = readMaxKeys(request.field("x-amz-part-number-marker") ?? "0", "x-amz-part-number-marker");
  if (object.checksums.length === 0) return { PartsCount: count };
  const listed = Math.max(0, Math.min(maxParts, count - marker));
  return {
    PartsCount: count,
    PartNumberMarker: marker,
    NextPartNumberMarker: marker + listed,
    MaxParts: maxParts,
    IsTruncated: marker + listed < count,
    Part: Array.from({ length: listed }, (_, index) => partOf(store, object, marker + index + 1)),
  };
}

function partOf(store: Store, { contentId }: ObjectRecord, partNumber: number): XmlElements {
  const part = store.contents.part(contentId, partNumber);
  if (part === undefined) throw new Error(`The content has no part ${partNumber}`);
  return { PartNumber: partNumber, Size: part.to - part.from, ...checksumElements(part.checksums) };
}
