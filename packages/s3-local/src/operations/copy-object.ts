import { invalidArgument, S3Error } from "../errors.ts";
import { readObjectHeaders, refuseUnsignedHeaders } from "../http/object-headers.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { writeXml } from "../http/xml.ts";
import { preconditionFailed } from "../store/objects.ts";
import type { ObjectHeaders, ObjectRecord } from "../store/records.ts";
import { isNotModified, readWriteConditions } from "./conditions.ts";
import type { Context } from "./context.ts";
import { checkStorage, checksumElements } from "./put-object.ts";

/**
 * CopyObject: makes one database change and copies no bytes.
 *
 * The copy has the entity tag and the checksums of the source. In Amazon S3, the copy of a multipart object gets a new entity tag.
 */
export async function copyObject(request: S3Request, { store, now }: Context): Promise<S3Response> {
  const { bucket, key } = request;
  checkStorage(request);
  refuseUnsignedHeaders(request);
  const source = readSource(request.field("x-amz-copy-source") ?? "");
  const replacement = readReplacement(request);
  const isItself = source.bucket === bucket && source.key === key;
  if (isItself && replacement === undefined) {
    throw new S3Error(
      "InvalidRequest",
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const conditions = readWriteConditions(request);
  const copy = await store.write(() => {
    store.buckets.get(bucket);
    store.buckets.get(source.bucket);
    const object = store.objects.get(source.bucket, source.key);
    if (isNotModified(request, object, "x-amz-copy-source-"))
      throw preconditionFailed("x-amz-copy-source-If-None-Match");
    checkAlgorithm(request, object);
    const contentId = store.contents.duplicate(object.contentId);
    const made = { ...object, ...replacement, key, contentId, lastModified: now() };
    store.objects.put(bucket, made, conditions);
    return made;
  });
  return { status: 200, xml: writeResult(copy) };
}

function writeResult({ lastModified, etag, checksums }: ObjectRecord): string {
  return writeXml("CopyObjectResult", {
    LastModified: new Date(lastModified).toISOString(),
    ETag: etag,
    ChecksumType: checksums[0]?.type,
    ...checksumElements(checksums),
  });
}

/** Reads the bucket and key in `x-amz-copy-source`. Throws InvalidArgument. Throws NotImplemented if the header has a version. */
export function readSource(header: string): { bucket: string; key: string } {
  if (header.includes("?"))
    throw new S3Error("NotImplemented", "Versions are not implemented", { details: { Header: "x-amz-copy-source" } });
  let path: string;
  try {
    path = decodeURIComponent(header).replace(/^\//, "");
  } catch (cause) {
    throw new S3Error("InvalidArgument", "Invalid copy source encoding.", { cause });
  }
  const slash = path.indexOf("/");
  if (slash < 1 || slash === path.length - 1) {
    throw invalidArgument("Invalid copy source object key", { ArgumentName: "x-amz-copy-source" });
  }
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

/** Reads the new headers of the copy. Returns undefined if the copy keeps the headers of the source. */
function readReplacement(request: S3Request): ObjectHeaders | undefined {
  const directive = request.field("x-amz-metadata-directive") ?? "COPY";
  if (directive === "COPY") return undefined;
  if (directive === "REPLACE") return readObjectHeaders(request);
  throw invalidArgument("Unknown metadata directive.", {
    ArgumentName: "x-amz-metadata-directive",
    ArgumentValue: directive,
  });
}

/** Throws NotImplemented for a new checksum algorithm. The copy reads no bytes, so it can only keep the checksums of the source. */
function checkAlgorithm(request: S3Request, { checksums }: ObjectRecord): void {
  const algorithm = request.field("x-amz-checksum-algorithm");
  if (algorithm === undefined || checksums.some((checksum) => checksum.algorithm === algorithm)) return;
  throw new S3Error("NotImplemented", "A new checksum algorithm for a copy is not implemented", {
    details: { Header: "x-amz-checksum-algorithm" },
  });
}
