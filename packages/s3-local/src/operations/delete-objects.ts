import { child, children, childText, malformedXml, readXml } from "../body/read-xml.ts";
import { S3Error } from "../errors.ts";
import type { S3Request } from "../http/request.ts";
import type { S3Response } from "../http/response.ts";
import { writeXml, type XmlElements } from "../http/xml.ts";
import { checkConditions } from "../store/objects.ts";
import type { Context } from "./context.ts";

const MAX_KEYS = 1000;

/** DeleteObject: deletes an object. Returns 204 even if the object does not exist. */
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

/** DeleteObjects: deletes up to 1,000 keys in one database change, so it deletes all of them or none. */
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
