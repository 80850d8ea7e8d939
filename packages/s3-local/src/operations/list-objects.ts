import { invalidArgument } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { writeXml, type XmlElements } from "../http/xml.ts";
import { commonPrefixOf, type ListingEntry, listPage, nextKey, successor } from "../store/listing.ts";
import type { ObjectRecord } from "../store/records.ts";
import type { Context } from "./context.ts";
import { readEncoding, readMaxKeys } from "./listing-parameters.ts";
import { ownerOf } from "./owner.ts";

/** ListObjectsV2: returns one page of keys, in the order of their UTF-8 bytes. */
export function listObjectsV2(request: S3Request, { store }: Context): S3Response {
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
      ...toXml(page.entries, {
        encode,
        owner: parameters.get("fetch-owner") === "true" ? ownerOf(request) : undefined,
      }),
    }),
  };
}

/** ListObjects, version 1: returns one page of keys. To get the next page, the client sends a key of this page. */
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
      ...toXml(page.entries, { encode, owner: ownerOf(request) }),
    }),
  };
}

/**
 * Returns the first key that can be on the page, or undefined if no key can follow the marker. If the marker is a common prefix, the page
 * starts after all keys with that prefix.
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

type Shown = { encode: (key: string) => string; owner: XmlElements | undefined };

function toXml(entries: readonly ListingEntry[], shown: Shown): XmlElements {
  return {
    Contents: entries.flatMap((entry) => ("object" in entry ? [toContents(entry.object, shown)] : [])),
    CommonPrefixes: entries.flatMap((entry) =>
      "object" in entry ? [] : [{ Prefix: shown.encode(entry.commonPrefix) }],
    ),
  };
}

function toContents(object: ObjectRecord, { encode, owner }: Shown): XmlElements {
  return {
    Key: encode(object.key),
    LastModified: new Date(object.lastModified).toISOString(),
    ETag: object.etag,
    ChecksumAlgorithm: object.checksums.map(({ algorithm }) => algorithm),
    ChecksumType: object.checksums[0]?.type,
    Size: object.sizeBytes,
    StorageClass: "STANDARD",
    Owner: owner,
  };
}

/** Makes a continuation token from the first key of the next page. The "." at its start shows that the text is a token and not a key. */
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
