import { encodeRfc3986 } from "@valetkey/presign";
import { invalidArgument } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import { type S3Response, writeXml, type XmlElements } from "../http/response.ts";
import { isComplete, pinRange } from "../http/send-content.ts";
import type { ObjectRecord } from "../store/database.ts";
import { commonPrefixOf, type ListingEntry, listPage, nextKey, successor } from "../store/objects.ts";
import type { Store } from "../store/store.ts";
import type { UploadRecord } from "../store/uploads.ts";
import { type Context, checksumElements, ownerOf, uploadOf } from "./operation.ts";

/**
 * With this header, ListObjectsV2 also checks the blobs of each object. The entry of an object with a missing or truncated blob then
 * contains `<Damaged>true</Damaged>`. Amazon S3 has no such header.
 */
const FIND_DAMAGE = "x-valetkey-find-damage";

/** ListObjectsV2: returns one page of keys, in the order of their UTF-8 bytes. */
export async function listObjectsV2(request: S3Request, { store }: Context): Promise<S3Response> {
  const { bucket, parameters } = request;
  store.buckets.get(bucket);
  const encode = readEncoding(parameters.get("encoding-type"));
  const prefix = parameters.get("prefix") ?? "";
  const delimiter = parameters.get("delimiter") ?? "";
  const maxKeys = readMaxKeys(parameters.get("max-keys"));
  const startAfter = parameters.get("start-after");
  const token = parameters.get("continuation-token");
  const from = token !== undefined ? readToken(token) : startAfter === undefined ? "" : nextKey(startAfter);
  const page = listPage({ prefix, delimiter, from, limit: maxKeys }, (key) => store.objects.from(bucket, key));
  const isTruncated = page.isTruncated && maxKeys > 0;
  const damaged = request.field(FIND_DAMAGE) === undefined ? undefined : await findDamaged(store, page.entries);
  return {
    status: 200,
    xml: writeXml("ListBucketResult", {
      Name: bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter === "" ? undefined : encode(delimiter),
      MaxKeys: maxKeys,
      KeyCount: page.entries.length,
      IsTruncated: isTruncated,
      StartAfter: startAfter === undefined ? undefined : encode(startAfter),
      EncodingType: parameters.get("encoding-type"),
      ContinuationToken: token,
      NextContinuationToken: isTruncated ? writeToken(page.entries) : undefined,
      ...entriesXml(page.entries, {
        encode,
        owner: parameters.get("fetch-owner") === "true" ? ownerOf(request) : undefined,
        damaged,
      }),
    }),
  };
}

/** ListObjects (version 1): returns one page of keys. For the next page, the client sends a key of this page. */
export function listObjects(request: S3Request, { store }: Context): S3Response {
  const { bucket, parameters } = request;
  store.buckets.get(bucket);
  const encode = readEncoding(parameters.get("encoding-type"));
  const prefix = parameters.get("prefix") ?? "";
  const delimiter = parameters.get("delimiter") ?? "";
  const marker = parameters.get("marker") ?? "";
  const limit = readMaxKeys(parameters.get("max-keys"));
  const from = keyAfterMarker(marker, { prefix, delimiter });
  const page =
    from === undefined
      ? { entries: [], isTruncated: false }
      : listPage({ prefix, delimiter, from, limit }, (key) => store.objects.from(bucket, key));
  const isTruncated = page.isTruncated && limit > 0;
  const last = page.entries.at(-1);
  // Without a delimiter, the response has no marker, and the client uses the last key as the marker. Source: Amazon S3 API, ListObjects.
  const nextMarker = isTruncated && delimiter !== "" && last !== undefined ? nameOf(last) : undefined;
  return {
    status: 200,
    xml: writeXml("ListBucketResult", {
      Name: bucket,
      Prefix: encode(prefix),
      Marker: encode(marker),
      MaxKeys: limit,
      IsTruncated: isTruncated,
      Delimiter: delimiter === "" ? undefined : encode(delimiter),
      EncodingType: parameters.get("encoding-type"),
      NextMarker: nextMarker === undefined ? undefined : encode(nextMarker),
      ...entriesXml(page.entries, { encode, owner: ownerOf(request), damaged: undefined }),
    }),
  };
}

/**
 * Returns the first possible key after a marker. If the marker is a common prefix, this key comes after all its keys. Returns undefined if
 * no key can follow.
 */
function keyAfterMarker(
  marker: string,
  { prefix, delimiter }: { prefix: string; delimiter: string },
): string | undefined {
  if (marker === "") return "";
  return commonPrefixOf(marker, { prefix, delimiter }) === marker ? successor(marker) : nextKey(marker);
}

function nameOf(entry: ListingEntry): string {
  return "object" in entry ? entry.object.key : entry.commonPrefix;
}

const CHECKED_AT_ONCE = 16;

/** Returns the objects of a page whose blobs are missing or truncated. */
async function findDamaged(store: Store, entries: readonly ListingEntry[]): Promise<Set<ObjectRecord>> {
  const objects = entries.flatMap((entry) => ("object" in entry ? [entry.object] : []));
  // The pins keep all these blobs on the disk, because a client may delete an object during the checks.
  const checks = objects.map((object) => {
    return { object, content: pinRange(store, object.contentId, { from: 0, to: object.sizeBytes }) };
  });
  const damaged = new Set<ObjectRecord>();
  try {
    for (let at = 0; at < checks.length; at += CHECKED_AT_ONCE) {
      await Promise.all(
        checks.slice(at, at + CHECKED_AT_ONCE).map(async ({ object, content }) => {
          if (!(await isComplete(content))) damaged.add(object);
        }),
      );
    }
  } finally {
    for (const { content } of checks) content.unpin();
  }
  return damaged;
}

type Shown = {
  encode: (key: string) => string;
  owner: XmlElements | undefined;
  damaged: ReadonlySet<ObjectRecord> | undefined;
};

function entriesXml(entries: readonly ListingEntry[], shown: Shown): XmlElements {
  return {
    Contents: entries.flatMap((entry) => ("object" in entry ? [toContents(entry.object, shown)] : [])),
    CommonPrefixes: entries.flatMap((entry) =>
      "object" in entry ? [] : [{ Prefix: shown.encode(entry.commonPrefix) }],
    ),
  };
}

function toContents(object: ObjectRecord, { encode, owner, damaged }: Shown): XmlElements {
  return {
    Key: encode(object.key),
    LastModified: new Date(object.lastModified).toISOString(),
    ETag: object.etag,
    ChecksumAlgorithm: object.checksums.map(({ algorithm }) => algorithm),
    ChecksumType: object.checksums[0]?.type,
    Size: object.sizeBytes,
    StorageClass: "STANDARD",
    Owner: owner,
    Damaged: damaged?.has(object) === true ? "true" : undefined,
  };
}

/** Makes a continuation token from the first key of the next page. The "." distinguishes the token from a key. */
function writeToken(entries: readonly ListingEntry[]): string {
  const last = entries.at(-1) as ListingEntry;
  const next = "object" in last ? nextKey(last.object.key) : (successor(last.commonPrefix) ?? "");
  return `.${Buffer.from(next).toString("base64url")}`;
}

function readToken(token: string): string {
  const key = Buffer.from(token.slice(1), "base64url");
  if (token.startsWith(".") && token === `.${key.toString("base64url")}`) return key.toString("utf8");
  throw invalidArgument("The continuation token provided is incorrect", { ArgumentName: "continuation-token" });
}

/** ListParts: returns one page of the stored parts, which a client needs to resume an upload. */
export function listParts(request: S3Request, { store }: Context): S3Response {
  const { bucket, key, parameters } = request;
  store.buckets.get(bucket);
  const upload = store.uploads.get(bucket, uploadOf(request));
  const maxParts = readMaxKeys(parameters.get("max-parts"), "max-parts");
  const marker = readPartMarker(parameters.get("part-number-marker"));
  const found = store.uploads.parts(upload.uploadId, marker, maxParts + 1);
  const parts = found.slice(0, maxParts);
  const owner = ownerOf(request);
  return {
    status: 200,
    xml: writeXml("ListPartsResult", {
      Bucket: bucket,
      Key: key,
      UploadId: upload.uploadId,
      PartNumberMarker: marker,
      NextPartNumberMarker: parts.at(-1)?.partNumber ?? marker,
      MaxParts: maxParts,
      IsTruncated: found.length > parts.length,
      Initiator: owner,
      Owner: owner,
      StorageClass: "STANDARD",
      ChecksumAlgorithm: upload.checksumAlgorithm,
      ChecksumType: upload.checksumType,
      Part: parts.map(({ partNumber, lastModified, etag, sizeBytes, checksums }) => ({
        PartNumber: partNumber,
        LastModified: new Date(lastModified).toISOString(),
        ETag: etag,
        Size: sizeBytes,
        ...checksumElements(checksums),
      })),
    }),
  };
}

/** ListMultipartUploads: returns one page of unfinished uploads, sorted by key and then by age. */
export function listUploads(request: S3Request, { store }: Context): S3Response {
  const { bucket, parameters } = request;
  store.buckets.get(bucket);
  const encode = readEncoding(parameters.get("encoding-type"));
  const maxUploads = readMaxKeys(parameters.get("max-uploads"), "max-uploads");
  const prefix = parameters.get("prefix") ?? "";
  const delimiter = parameters.get("delimiter") ?? "";
  const marker = readUploadMarker(parameters);
  const query = { prefix, delimiter, limit: maxUploads, keyMarker: marker.key };
  const { entries, isTruncated } = takeEntries(store.uploads.after(bucket, marker), query);
  const last = isTruncated ? entries.at(-1) : undefined;
  const owner = ownerOf(request);
  return {
    status: 200,
    xml: writeXml("ListMultipartUploadsResult", {
      Bucket: bucket,
      KeyMarker: encode(parameters.get("key-marker") ?? ""),
      UploadIdMarker: parameters.get("upload-id-marker") ?? "",
      NextKeyMarker: last && encode("upload" in last ? last.upload.key : last.commonPrefix),
      NextUploadIdMarker: last && ("upload" in last ? last.upload.uploadId : ""),
      Prefix: encode(prefix),
      Delimiter: delimiter === "" ? undefined : encode(delimiter),
      EncodingType: parameters.get("encoding-type"),
      MaxUploads: maxUploads,
      IsTruncated: isTruncated,
      Upload: entries.flatMap((entry) => ("upload" in entry ? [uploadXml(entry.upload, { encode, owner })] : [])),
      CommonPrefixes: entries.flatMap((entry) => ("upload" in entry ? [] : [{ Prefix: encode(entry.commonPrefix) }])),
    }),
  };
}

/** Reads the marker of a list of multipart uploads. U+10FFFF sorts after all upload ids of a key. */
function readUploadMarker(parameters: ReadonlyMap<string, string>): { key: string; uploadId: string } {
  const key = parameters.get("key-marker") ?? "";
  return { key, uploadId: parameters.get("upload-id-marker") || (key === "" ? "" : "\u{10ffff}") };
}

function uploadXml(
  upload: UploadRecord,
  { encode, owner }: { encode: (key: string) => string; owner: XmlElements },
): XmlElements {
  return {
    Key: encode(upload.key),
    UploadId: upload.uploadId,
    Initiator: owner,
    Owner: owner,
    StorageClass: "STANDARD",
    Initiated: new Date(upload.initiated).toISOString(),
    ChecksumAlgorithm: upload.checksumAlgorithm,
    ChecksumType: upload.checksumType,
  };
}

type UploadEntry = { upload: UploadRecord } | { commonPrefix: string };
type UploadQuery = { prefix: string; delimiter: string; limit: number; keyMarker: string };

/**
 * Returns the entries of one page of multipart uploads. All uploads with the same common prefix make one entry. If the marker is a common
 * prefix, the page starts after all uploads with this prefix.
 */
function takeEntries(found: Iterable<UploadRecord>, { prefix, delimiter, limit, keyMarker }: UploadQuery) {
  const entries: UploadEntry[] = [];
  let lastPrefix = commonPrefixOf(keyMarker, { prefix, delimiter }) === keyMarker ? keyMarker : undefined;
  for (const upload of found) {
    if (!upload.key.startsWith(prefix)) continue;
    const commonPrefix = commonPrefixOf(upload.key, { prefix, delimiter });
    if (commonPrefix !== undefined && commonPrefix === lastPrefix) continue;
    if (entries.length === limit) return { entries, isTruncated: limit > 0 };
    entries.push(commonPrefix === undefined ? { upload } : { commonPrefix });
    lastPrefix = commonPrefix;
  }
  return { entries, isTruncated: false };
}

function readPartMarker(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalidArgument("Provided part-number-marker not an integer or within integer range", {
    ArgumentName: "part-number-marker",
    ArgumentValue: text,
  });
}

const MAX_KEYS = 1000;

/**
 * Reads `max-keys` or a similar limit. The maximum is 1,000, which is also the default. Throws InvalidArgument if the text is not a number.
 */
export function readMaxKeys(text: string | undefined, name = "max-keys"): number {
  if (text === undefined || text === "") return MAX_KEYS;
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text), MAX_KEYS);
  throw invalidArgument(`Provided ${name} not an integer or within integer range`, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}

/** Returns a function that encodes keys as `encoding-type` requests. Throws InvalidArgument for an unknown encoding type. */
function readEncoding(type: string | undefined): (key: string) => string {
  if (type === undefined) return (key) => key;
  if (type === "url") return (key) => encodeRfc3986(key).replaceAll("%2F", "/");
  throw invalidArgument("Invalid Encoding Method specified in Request", {
    ArgumentName: "encoding-type",
    ArgumentValue: type,
  });
}
