import { invalidArgument } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { writeXml, type XmlElements } from "../http/xml.ts";
import { commonPrefixOf } from "../store/listing.ts";
import type { UploadRecord } from "../store/uploads.ts";
import type { Context } from "./context.ts";
import { readEncoding, readMaxKeys } from "./listing-parameters.ts";
import { uploadOf } from "./multipart-uploads.ts";
import { ownerOf } from "./owner.ts";
import { checksumElements } from "./put-object.ts";

/** ListParts: returns one page of the stored parts. A client needs this list to resume an upload. */
export function listParts(request: S3Request, { store }: Context): S3Response {
  const { bucket, key, parameters } = request;
  store.buckets.get(bucket);
  const upload = store.uploads.get(bucket, uploadOf(request));
  const maxParts = readMaxKeys(parameters.get("max-parts"), "max-parts");
  const marker = readMarker(parameters.get("part-number-marker"));
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
      Upload: entries.flatMap((entry) => ("upload" in entry ? [toXml(entry.upload, { encode, owner })] : [])),
      CommonPrefixes: entries.flatMap((entry) => ("upload" in entry ? [] : [{ Prefix: encode(entry.commonPrefix) }])),
    }),
  };
}

/** Reads the marker. Without an upload id, the page starts after all uploads of the key: U+10FFFF sorts after every upload id. */
function readUploadMarker(parameters: ReadonlyMap<string, string>): { key: string; uploadId: string } {
  const key = parameters.get("key-marker") ?? "";
  return { key, uploadId: parameters.get("upload-id-marker") || (key === "" ? "" : "\u{10ffff}") };
}

function toXml(
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
 * Returns the entries of one page. All uploads with the same common prefix are one entry. If the marker is a common prefix, the page starts
 * after the uploads with this prefix.
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

function readMarker(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalidArgument("Provided part-number-marker not an integer or within integer range", {
    ArgumentName: "part-number-marker",
    ArgumentValue: text,
  });
}
