import { invalidArgument, S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { writeXml, type XmlElements } from "../http/xml.ts";
import type { ObjectRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";
import { readMaxKeys } from "./listing-parameters.ts";
import { checksumElements } from "./put-object.ts";

const ATTRIBUTES = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/** GetObjectAttributes: returns the attributes that `x-amz-object-attributes` lists. Source: Amazon S3 API, GetObjectAttributes. */
export function getObjectAttributes(request: S3Request, { store }: Context): S3Response {
  store.buckets.get(request.bucket);
  const object = store.objects.get(request.bucket, request.key);
  const wanted = readAttributes(request);
  const all: XmlElements = {
    // Unlike all other operations, this operation writes an entity tag without quotes.
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

/** Returns an empty tag set, because tags are not implemented. */
export function getObjectTagging(request: S3Request, { store }: Context): S3Response {
  store.buckets.get(request.bucket);
  store.objects.get(request.bucket, request.key);
  return { status: 200, xml: writeXml("Tagging", { TagSet: "" }) };
}

function readAttributes(request: S3Request): string[] {
  const header = request.field("x-amz-object-attributes");
  if (header === undefined) {
    throw new S3Error("InvalidRequest", "The x-amz-object-attributes header is missing.");
  }
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

/** Returns the number of parts of a multipart object. Lists the parts only if the object has checksums, as Amazon S3 does. */
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
