import type { ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { DeleteObjectCommand, DeleteObjectsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { BucketClient } from "./client.ts";
import { unless } from "./client.ts";
import { unfinishedPages } from "./multipart.ts";
import type { Bucket, ListedObject, UnfinishedMultipart } from "./port.ts";

type Listing = Pick<Bucket, "listObjects" | "listMultiparts">;

/** Lists the objects and the multipart uploads under the key prefix. Each step reads one page from the server. */
export function createListing(client: BucketClient, { keyPrefix }: { keyPrefix: string }): Listing {
  return {
    listObjects: (options) => listObjects(client, { prefix: keyPrefix, ...options }),
    listMultiparts: () => listMultiparts(client, keyPrefix),
  };
}

type Asked = { prefix: string; pageSize?: number };

async function* listObjects(client: BucketClient, asked: Asked): AsyncGenerator<ListedObject[]> {
  let token: string | undefined;
  do {
    const page = await listPage(client, { ...asked, token });
    const decode = decoderOf(page);
    const objects = (page.Contents ?? []).map(({ Key = "", Size = 0, LastModified }) => ({
      objectKey: decode(Key),
      sizeBytes: Size,
      modifiedAt: instantOf(LastModified),
    }));
    if (objects.length > 0) yield objects;
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

function listPage(
  { s3, bucket, call }: BucketClient,
  { prefix, pageSize, token }: Asked & { token: string | undefined },
): Promise<ListObjectsV2CommandOutput> {
  const list = new ListObjectsV2Command({
    Bucket: bucket,
    // Other programs may use characters in keys that XML cannot contain, so the server must encode the keys.
    EncodingType: "url",
    ...(prefix === "" ? {} : { Prefix: prefix }),
    ...(pageSize === undefined ? {} : { MaxKeys: pageSize }),
    ...(token === undefined ? {} : { ContinuationToken: token }),
  });
  return call("ListObjectsV2", (options) => s3.send(list, options));
}

/** Returns the function that decodes the keys of a response. If the response names no encoding, the server does not encode keys. */
function decoderOf({ EncodingType }: ListObjectsV2CommandOutput): (key: string) => string {
  return EncodingType === "url" ? (key) => decodeURIComponent(key.replaceAll("+", " ")) : (key) => key;
}

async function* listMultiparts(client: BucketClient, prefix: string): AsyncGenerator<UnfinishedMultipart[]> {
  for await (const page of unfinishedPages(client, prefix)) {
    const uploads = page.flatMap(({ Key, UploadId, Initiated }) =>
      Key === undefined || UploadId === undefined
        ? []
        : [{ objectKey: Key, bucketUploadId: UploadId, begunAt: instantOf(Initiated) }],
    );
    if (uploads.length > 0) yield uploads;
  }
}

/** Returns the instant of a date in milliseconds. An object without a date counts as a new object. */
function instantOf(date: Date | undefined): number {
  return date?.getTime() ?? Number.POSITIVE_INFINITY;
}

/**
 * The maximum number of objects in one deletion call. S3 accepts 1,000 objects, but a server that deletes objects one by one would then
 * need a minute.
 */
const BATCH = 100;
const SINGLES_AT_ONCE = 8;
/** The extra time for each object of a batch, because some servers delete objects one by one. */
const EXTRA_MS_EACH = 200;
/**
 * A server with a status of `NO_BATCHES` has no DeleteObjects, or does not accept the request of the AWS SDK. The AWS SDK always sends a
 * checksum with DeleteObjects. Backblaze B2 refuses the checksum of DeleteObjects with 400. Swift also responds with 400, because Swift
 * requires Content-MD5. Google Cloud Storage has no DeleteObjects.
 */
const NO_BATCHES = [400, 405, 501];

/** Deletes objects of the bucket in batches. If the server does not support batches, the function deletes single objects from then on. */
export function createDeletion(client: BucketClient, onWarning: (text: string) => void): Bucket["delete"] {
  let batches = true;
  return async (objectKeys) => {
    const gone: string[] = [];
    for (let at = 0; at < objectKeys.length; at += BATCH) {
      const batch = objectKeys.slice(at, at + BATCH);
      const deleted = batches && batch.length > 1 ? await deleteBatch(client, { keys: batch, onWarning }) : undefined;
      gone.push(...(deleted ?? (await deleteSingly(client, batch))));
      // The code turns off batches only after the single deletions have succeeded. If the single deletions also fail, missing batches are
      // not the reason.
      if (deleted === undefined && batch.length > 1) batches = false;
    }
    return gone;
  };
}

/**
 * Deletes the objects in one call, and returns the keys of the deleted objects. Returns undefined if the server does not support batches.
 */
async function deleteBatch(
  { s3, bucket, call }: BucketClient,
  { keys, onWarning }: { keys: readonly string[]; onWarning: (text: string) => void },
): Promise<string[] | undefined> {
  const command = new DeleteObjectsCommand({
    Bucket: bucket,
    Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
  });
  const response = await call("DeleteObjects", (options) => s3.send(command, options).catch(unless(...NO_BATCHES)), {
    extraMs: keys.length * EXTRA_MS_EACH,
  });
  if (response === undefined) return undefined;
  const errors = response.Errors?.filter(({ Code }) => Code !== "NoSuchKey") ?? [];
  const [first] = errors;
  if (first !== undefined) {
    onWarning(`The bucket did not delete ${errors.length} of ${keys.length} objects: ${first.Code}, ${first.Message}`);
  }
  const kept = new Set(errors.map(({ Key }) => Key));
  return keys.filter((key) => !kept.has(key));
}

async function deleteSingly({ s3, bucket, call }: BucketClient, keys: readonly string[]): Promise<string[]> {
  const gone: string[] = [];
  for (let at = 0; at < keys.length; at += SINGLES_AT_ONCE) {
    const some = keys.slice(at, at + SINGLES_AT_ONCE);
    await Promise.all(
      some.map((Key) =>
        call("DeleteObject", (options) => s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }), options)),
      ),
    );
    gone.push(...some);
  }
  return gone;
}
