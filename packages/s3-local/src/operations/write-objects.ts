import { child, children, childText, malformedXml, readXml } from "../body/read-xml.ts";
import { writeBody } from "../body/receive-body.ts";
import { invalidArgument, S3Error } from "../errors.ts";
import { readObjectHeaders, refuseUnsignedHeaders } from "../http/object-headers.ts";
import type { S3Request } from "../http/request.ts";
import { type S3Response, writeXml, type XmlElements } from "../http/response.ts";
import type { ObjectHeaders, ObjectRecord } from "../store/database.ts";
import { checkConditions, preconditionFailed } from "../store/objects.ts";
import { commitBody } from "../store/store.ts";
import {
  type Context,
  checkStorage,
  checksumElements,
  checksumHeaders,
  isNotModified,
  readWriteConditions,
} from "./operation.ts";

/** PutObject: stores an object. Readers get the old object until the new object is complete and durable. */
export async function putObject(request: S3Request, { store, bodies, now }: Context): Promise<S3Response> {
  const { bucket, key } = request;
  store.buckets.get(bucket);
  checkStorage(request);
  refuseUnsignedHeaders(request);
  const described = readObjectHeaders(request);
  const conditions = readWriteConditions(request);
  // A failure of this early check saves the client the upload of the body. Only the check inside the database change is reliable.
  checkConditions(store.objects.find(bucket, key), conditions);
  const staged = await writeBody({ store, bodies }, request);
  const etag = `"${staged.md5.toString("hex")}"`;
  await commitBody(store, staged, () => {
    store.buckets.get(bucket);
    const { sizeBytes, checksums } = staged;
    const object = { key, contentId: store.contents.add(staged), sizeBytes, etag, lastModified: now(), checksums };
    store.objects.put(bucket, { ...object, ...described }, conditions);
  });
  return { status: 200, headers: { ETag: etag, ...checksumHeaders(staged.checksums) } };
}

/**
 * CopyObject: makes one database change, and copies no bytes.
 *
 * The copy keeps the entity tag and the checksums of its source. In Amazon S3, the copy of a multipart object gets a new entity tag.
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

/** Reads `x-amz-copy-source`. Throws InvalidArgument, and NotImplemented for a version of the source. */
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

/** Reads the new headers of a copy. Returns undefined if the copy keeps the headers of its source. */
function readReplacement(request: S3Request): ObjectHeaders | undefined {
  const directive = request.field("x-amz-metadata-directive") ?? "COPY";
  if (directive === "COPY") return undefined;
  if (directive === "REPLACE") return readObjectHeaders(request);
  throw invalidArgument("Unknown metadata directive.", {
    ArgumentName: "x-amz-metadata-directive",
    ArgumentValue: directive,
  });
}

/** Throws NotImplemented for a new checksum algorithm. A copy reads no bytes, so it can only keep the checksums of its source. */
function checkAlgorithm(request: S3Request, { checksums }: ObjectRecord): void {
  const algorithm = request.field("x-amz-checksum-algorithm");
  if (algorithm === undefined || checksums.some((checksum) => checksum.algorithm === algorithm)) return;
  throw new S3Error("NotImplemented", "A new checksum algorithm for a copy is not implemented", {
    details: { Header: "x-amz-checksum-algorithm" },
  });
}

const MAX_KEYS = 1000;

/** DeleteObject: returns 204 even if the object does not exist. */
export async function deleteObject(request: S3Request, { store }: Context): Promise<S3Response> {
  const { bucket, key } = request;
  const ifMatch = request.field("if-match");
  await store.backups.untilRemovable();
  await store.free(() => {
    store.buckets.get(bucket);
    if (ifMatch !== undefined) checkConditions(store.objects.find(bucket, key), { ifMatch });
    store.objects.remove(bucket, key);
  });
  return { status: 204 };
}

/** DeleteObjects: deletes up to 1,000 objects in one database change, so either all or none are deleted. */
export async function deleteObjects(request: S3Request, { store }: Context): Promise<S3Response> {
  const { bucket } = request;
  store.buckets.get(bucket);
  const document = await readXml(request, "Delete");
  const keys = children(document, "Object").map(readKey);
  if (keys.length === 0 || keys.length > MAX_KEYS) throw malformedXml();
  await store.backups.untilRemovable();
  await store.free(() => {
    for (const key of keys) store.objects.remove(bucket, key);
  });
  const isQuiet = childText(document, "Quiet") === "true";
  const deleted: XmlElements[] = isQuiet ? [] : keys.map((key) => ({ Key: key }));
  return { status: 200, xml: writeXml("DeleteResult", { Deleted: deleted }) };
}

function readKey(entry: ReturnType<typeof children>[number]): string {
  for (const name of ["VersionId", "ETag", "LastModifiedTime", "Size"]) {
    if (child(entry, name) !== undefined)
      throw new S3Error("NotImplemented", `${name} in a deletion is not implemented`);
  }
  const key = childText(entry, "Key");
  if (key === undefined || key === "") throw malformedXml();
  return key;
}
