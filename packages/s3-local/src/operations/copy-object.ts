import { S3Error } from "../errors.ts";
import type { Answer } from "../http/answer.ts";
import { readDescription } from "../http/description.ts";
import type { S3Request } from "../http/request.ts";
import { writeXml } from "../http/xml.ts";
import type { Description, ObjectRecord } from "../store/records.ts";
import { isNotModified, preconditionFailed, readWriteConditions } from "./conditions.ts";
import type { Context } from "./context.ts";
import { checkStorage } from "./put-object.ts";

/**
 * CopyObject: one change, which copies no bytes.
 *
 * The entity tag and the checksums come along; Amazon S3 gives the copy of a multipart object a new entity tag.
 */
export async function copyObject(request: S3Request, { store, now }: Context): Promise<Answer> {
  const { bucket, key } = request;
  checkStorage(request);
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
    ...Object.fromEntries(checksums.map(({ algorithm, value }) => [`Checksum${algorithm}`, value])),
  });
}

/** The bucket and key in `x-amz-copy-source`; throws InvalidArgument, and NotImplemented for a version. */
export function readSource(header: string): { bucket: string; key: string } {
  const mark = header.indexOf("?");
  if (mark !== -1)
    throw new S3Error("NotImplemented", "Versions are not implemented", { details: { Header: "x-amz-copy-source" } });
  let path: string;
  try {
    path = decodeURIComponent(header).replace(/^\//, "");
  } catch (cause) {
    throw new S3Error("InvalidArgument", "Invalid copy source encoding.", { cause });
  }
  const slash = path.indexOf("/");
  if (slash < 1 || slash === path.length - 1) {
    throw new S3Error("InvalidArgument", "Invalid copy source object key", {
      details: { ArgumentName: "x-amz-copy-source" },
    });
  }
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

/** What the copy is to say about itself, or undefined to keep what the source says. */
function readReplacement(request: S3Request): Description | undefined {
  const directive = request.field("x-amz-metadata-directive") ?? "COPY";
  if (directive === "COPY") return undefined;
  if (directive === "REPLACE") return readDescription(request);
  throw new S3Error("InvalidArgument", "Unknown metadata directive.", {
    details: { ArgumentName: "x-amz-metadata-directive", ArgumentValue: directive },
  });
}

/** A copy can keep a checksum but not get a new one: that would have to read all the bytes. */
function checkAlgorithm(request: S3Request, { checksums }: ObjectRecord): void {
  const algorithm = request.field("x-amz-checksum-algorithm");
  if (algorithm === undefined || checksums.some((checksum) => checksum.algorithm === algorithm)) return;
  throw new S3Error("NotImplemented", "A new checksum algorithm for a copy is not implemented", {
    details: { Header: "x-amz-checksum-algorithm" },
  });
}
