import { invalidArgument, S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { writeXml } from "../http/xml.ts";
import type { UploadRecord } from "../store/uploads.ts";
import type { Context } from "./context.ts";
import { readEncoding, readMaxKeys } from "./list-objects.ts";
import { uploadOf } from "./multipart-uploads.ts";
import { checksumElements } from "./put-object.ts";

/** ListParts: one page of the stored parts, for a client that resumes an upload. */
export function listParts(request: S3Request, { store }: Context): S3Response {
  const { bucket, key, parameters, verified } = request;
  store.buckets.get(bucket);
  const upload = store.uploads.get(bucket, uploadOf(request));
  const maxParts = readMaxKeys(parameters.get("max-parts"), "max-parts");
  const marker = readMarker(parameters.get("part-number-marker"));
  const found = store.uploads.parts(upload.uploadId, marker, maxParts + 1);
  const parts = found.slice(0, maxParts);
  const owner = { ID: verified.accessKeyId, DisplayName: verified.accessKeyId };
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

/** ListMultipartUploads, by key and then by age. */
export function listUploads(request: S3Request, { store }: Context): S3Response {
  const { bucket, parameters } = request;
  store.buckets.get(bucket);
  const encode = readEncoding(parameters.get("encoding-type"));
  const maxUploads = readMaxKeys(parameters.get("max-uploads"), "max-uploads");
  const prefix = parameters.get("prefix") ?? "";
  const delimiter = parameters.get("delimiter") ?? "";
  if (delimiter !== "") throw new S3Error("NotImplemented", "A delimiter in ListMultipartUploads is not implemented");
  const marker = readUploadMarker(parameters);
  const { uploads, isTruncated } = takeUploads(store.uploads.after(bucket, marker), { prefix, limit: maxUploads });
  const last = isTruncated ? uploads.at(-1) : undefined;
  return {
    status: 200,
    xml: writeXml("ListMultipartUploadsResult", {
      Bucket: bucket,
      KeyMarker: encode(parameters.get("key-marker") ?? ""),
      UploadIdMarker: parameters.get("upload-id-marker") ?? "",
      NextKeyMarker: last && encode(last.key),
      NextUploadIdMarker: last?.uploadId,
      Prefix: encode(prefix),
      EncodingType: parameters.get("encoding-type"),
      MaxUploads: maxUploads,
      IsTruncated: isTruncated,
      Upload: uploads.map((upload) => ({
        Key: encode(upload.key),
        UploadId: upload.uploadId,
        StorageClass: "STANDARD",
        Initiated: new Date(upload.initiated).toISOString(),
        ChecksumAlgorithm: upload.checksumAlgorithm,
        ChecksumType: upload.checksumType,
      })),
    }),
  };
}

/** A key marker without an id skips every upload of its key, because no id sorts after this character. */
function readUploadMarker(parameters: ReadonlyMap<string, string>): { key: string; uploadId: string } {
  const key = parameters.get("key-marker") ?? "";
  return { key, uploadId: parameters.get("upload-id-marker") || (key === "" ? "" : "\u{10ffff}") };
}

function takeUploads(found: Iterable<UploadRecord>, { prefix, limit }: { prefix: string; limit: number }) {
  const uploads: UploadRecord[] = [];
  for (const upload of found) {
    if (!upload.key.startsWith(prefix)) continue;
    if (uploads.length === limit) return { uploads, isTruncated: limit > 0 };
    uploads.push(upload);
  }
  return { uploads, isTruncated: false };
}

function readMarker(text: string | undefined): number {
  if (text === undefined || text === "") return 0;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalidArgument("Provided part-number-marker not an integer or within integer range", {
    ArgumentName: "part-number-marker",
    ArgumentValue: text,
  });
}
