import { createHash } from "node:crypto";
import { type BucketClient, unless } from "./client.ts";
import { unfinishedPages } from "./multipart.ts";
import type { Bucket, ListedObject, UnfinishedMultipart } from "./port.ts";
import { documentOf, element, elementsOf, textOf } from "./xml.ts";

type Listing = Pick<Bucket, "listObjects" | "listMultiparts">;

/** Lists the objects and the unfinished multipart uploads under the key prefix. Each step reads one page from the server. */
export function createListing(client: BucketClient, { keyPrefix }: { keyPrefix: string }): Listing {
  return {
    listObjects: (options) => listObjects(client, { prefix: keyPrefix, ...options }),
    listMultiparts: () => listMultiparts(client, keyPrefix),
  };
}

type Asked = { prefix: string; pageSize?: number; findsDamage?: boolean };

/** A request header that only the built-in bucket supports (s3-local/src/operations/listings.ts). Other servers ignore the header. */
const FIND_DAMAGE = { "x-valetkey-find-damage": "true" };

async function* listObjects(client: BucketClient, asked: Asked): AsyncGenerator<ListedObject[]> {
  let token: string | undefined;
  do {
    const page = await listPage(client, { ...asked, token });
    // Without an encoding in the response, the server does not encode keys.
    const isEncoded = textOf(page, "EncodingType") === "url";
    const objects = elementsOf(page, "Contents").map((object) => {
      const key = textOf(object, "Key") ?? "";
      return {
        objectKey: isEncoded ? decodeURIComponent(key.replaceAll("+", " ")) : key,
        sizeBytes: Number(textOf(object, "Size") ?? 0),
        modifiedAt: instantOf(textOf(object, "LastModified")),
        isDamaged: textOf(object, "Damaged") === "true",
      };
    });
    if (objects.length > 0) yield objects;
    token = textOf(page, "IsTruncated") === "true" ? textOf(page, "NextContinuationToken") : undefined;
  } while (token !== undefined);
}

async function listPage(
  { send, call }: BucketClient,
  { prefix, pageSize, findsDamage, token }: Asked & { token: string | undefined },
): Promise<string> {
  const query = {
    "list-type": 2,
    // Other programs may use characters in keys that XML cannot contain, so the server must encode the keys.
    "encoding-type": "url",
    prefix: prefix || undefined,
    "max-keys": pageSize,
    "continuation-token": token,
  };
  const headers = findsDamage === true ? FIND_DAMAGE : {};
  const { body } = await call("ListObjectsV2", (options) => send({ method: "GET", query, headers }, options));
  return body.toString();
}

async function* listMultiparts(client: BucketClient, prefix: string): AsyncGenerator<UnfinishedMultipart[]> {
  for await (const page of unfinishedPages(client, prefix)) {
    const uploads = page.map(({ begun, ...place }) => ({ ...place, begunAt: instantOf(begun) }));
    if (uploads.length > 0) yield uploads;
  }
}

/** Converts a date to milliseconds. An object without a date counts as a new object. */
function instantOf(date: string | undefined): number {
  const instant = Date.parse(date ?? "");
  return Number.isNaN(instant) ? Number.POSITIVE_INFINITY : instant;
}

/**
 * The number of objects in one deletion call. S3 accepts 1,000 objects, but a server that deletes objects one by one would need a minute.
 */
const BATCH = 100;
const SINGLES_AT_ONCE = 8;
/** The extra time for each object in a deletion call, because some servers delete the objects one by one. */
const EXTRA_MS_EACH = 200;
/** The response statuses of servers without DeleteObjects, such as Google Cloud Storage. */
const NO_BATCHES = [400, 405, 501];

/**
 * Deletes objects, many in one call (DeleteObjects). If the server does not support DeleteObjects, deletes objects one by one from then on.
 */
export function createDeletion(client: BucketClient, onWarning: (text: string) => void): Bucket["delete"] {
  let batches = true;
  return async (objectKeys) => {
    const gone: string[] = [];
    for (let at = 0; at < objectKeys.length; at += BATCH) {
      const batch = objectKeys.slice(at, at + BATCH);
      const deleted = batches && batch.length > 1 ? await deleteBatch(client, { keys: batch, onWarning }) : undefined;
      gone.push(...(deleted ?? (await deleteSingly(client, batch))));
      // If the single deletions also fail, the missing support of DeleteObjects is not the reason.
      if (deleted === undefined && batch.length > 1) batches = false;
    }
    return gone;
  };
}

/**
 * Deletes objects in one call, and returns the keys of the deleted objects. Returns undefined if the server does not support DeleteObjects.
 */
async function deleteBatch(
  { send, call }: BucketClient,
  { keys, onWarning }: { keys: readonly string[]; onWarning: (text: string) => void },
): Promise<string[] | undefined> {
  const objects = keys.map((key) => `<Object>${element("Key", key)}</Object>`).join("");
  const body = documentOf("Delete", objects + element("Quiet", "true"));
  // S3 requires a checksum for DeleteObjects. All servers accept MD5. Swift and older releases of MinIO accept no other checksum.
  const headers = {
    "content-type": "application/xml",
    "content-md5": createHash("md5").update(body).digest("base64"),
  };
  const request = { method: "POST", query: { delete: "" }, headers, body } as const;
  const response = await call("DeleteObjects", (options) => send(request, options).catch(unless(...NO_BATCHES)), {
    extraMs: keys.length * EXTRA_MS_EACH,
  });
  if (response === undefined) return undefined;
  const errors = elementsOf(response.body.toString(), "Error").filter((error) => textOf(error, "Code") !== "NoSuchKey");
  const [first] = errors;
  if (first !== undefined) {
    const reason = `${textOf(first, "Code")}, ${textOf(first, "Message")}`;
    onWarning(`The bucket did not delete ${errors.length} of ${keys.length} objects: ${reason}`);
  }
  const kept = new Set(errors.map((error) => textOf(error, "Key")));
  return keys.filter((key) => !kept.has(key));
}

async function deleteSingly({ send, call }: BucketClient, keys: readonly string[]): Promise<string[]> {
  const gone: string[] = [];
  for (let at = 0; at < keys.length; at += SINGLES_AT_ONCE) {
    const some = keys.slice(at, at + SINGLES_AT_ONCE);
    await Promise.all(
      some.map((objectKey) => call("DeleteObject", (options) => send({ method: "DELETE", objectKey }, options))),
    );
    gone.push(...some);
  }
  return gone;
}
