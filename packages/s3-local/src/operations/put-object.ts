import { checksumHeader } from "../body/checksum-algorithms.ts";
import { writeBody } from "../body/write-body.ts";
import { S3Error } from "../errors.ts";
import { readObjectHeaders, refuseUnsignedHeaders } from "../http/object-headers.ts";
import type { Fields, S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { checkConditions } from "../store/objects.ts";
import type { Checksum } from "../store/records.ts";
import { commitBody } from "../store/store.ts";
import { readWriteConditions } from "./conditions.ts";
import type { Context } from "./context.ts";

/** PutObject: stores an object. Readers get the old object until the new object is complete and durable. */
export async function putObject(request: S3Request, { store, bodies, now }: Context): Promise<S3Response> {
  const { bucket, key } = request;
  store.buckets.get(bucket);
  checkStorage(request);
  refuseUnsignedHeaders(request);
  const described = readObjectHeaders(request);
  const conditions = readWriteConditions(request);
  // If this early check fails, the client need not upload the body. Only the check in the database change below is reliable.
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

export function checksumHeaders(checksums: readonly Checksum[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { algorithm, value, type } of checksums) {
    headers[checksumHeader(algorithm)] = value;
    headers["x-amz-checksum-type"] = type;
  }
  return headers;
}

export function checksumElements(checksums: readonly Checksum[]): Record<string, string> {
  return Object.fromEntries(checksums.map(({ algorithm, value }) => [`Checksum${algorithm}`, value]));
}

/** Refuses storage classes and access control lists that this endpoint does not support. */
export function checkStorage(request: Fields): void {
  const storageClass = request.field("x-amz-storage-class");
  if (storageClass !== undefined && storageClass !== "STANDARD") {
    throw new S3Error("NotImplemented", "Only the storage class STANDARD is implemented", {
      details: { Header: "x-amz-storage-class" },
    });
  }
  const acl = request.field("x-amz-acl");
  if (acl === undefined || acl === "private" || acl === "bucket-owner-full-control") return;
  throw new S3Error("AccessControlListNotSupported", "The bucket does not allow ACLs");
}
