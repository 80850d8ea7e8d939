import { checksumHeader } from "../body/checksum.ts";
import { stageBody } from "../body/stage.ts";
import { S3Error } from "../errors.ts";
import type { Answer } from "../http/answer.ts";
import { readDescription } from "../http/description.ts";
import type { Fields, S3Request } from "../http/request.ts";
import { checkConditions } from "../store/objects.ts";
import type { Checksum } from "../store/records.ts";
import { writeStaged } from "../store/store.ts";
import { readWriteConditions } from "./conditions.ts";
import type { Context } from "./context.ts";

/** PutObject: the object is there, whole and durable, when this has answered; until then the old one is. */
export async function putObject(request: S3Request, { store, now }: Context): Promise<Answer> {
  const { bucket, key } = request;
  store.buckets.get(bucket);
  checkStorage(request);
  const described = readDescription(request);
  const conditions = readWriteConditions(request);
  // Told early, a client can keep its bytes; what counts is the check in the change below.
  checkConditions(store.objects.find(bucket, key), conditions);
  const staged = await stageBody(store, request);
  const etag = `"${staged.md5.toString("hex")}"`;
  await writeStaged(store, staged, () => {
    store.buckets.get(bucket);
    const { sizeBytes, checksums } = staged;
    const object = { key, contentId: store.contents.add(staged), sizeBytes, etag, lastModified: now(), checksums };
    store.objects.put(bucket, { ...object, ...described }, conditions);
  });
  return { status: 200, headers: { ETag: etag, ...checksumAnswer(staged.checksums) } };
}

/** The headers that tell a client which checksums were stored. */
export function checksumAnswer(checksums: readonly Checksum[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { algorithm, value, type } of checksums) {
    headers[checksumHeader(algorithm)] = value;
    headers["x-amz-checksum-type"] = type;
  }
  return headers;
}

/** Refuses storage classes and access lists that this endpoint would only pretend to honour. */
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
