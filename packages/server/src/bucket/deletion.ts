import { DeleteObjectCommand, DeleteObjectsCommand } from "@aws-sdk/client-s3";
import type { Bucket } from "../usecases/ports/index.ts";
import { failedWith } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";

/** S3 takes 1000, but a server that deletes them one after the other would take a minute over it. */
const BATCH = 100;
const SINGLES_AT_ONCE = 8;
/** Some servers take the objects of a batch one after the other. Milliseconds an object. */
const EXTRA_MS_EACH = 200;
/** How a server says that it has no DeleteObjects, or not the way the SDK speaks it. */
const NO_BATCHES = ["NotImplemented", "MethodNotAllowed", "MissingContentMD5", 405, 501];

/** Deletes objects in batches, or one by one where the server knows no batches, which is remembered. */
export function createDeletion(client: BucketClient, onWarning: (text: string) => void): Bucket["delete"] {
  let batches = true;
  return async (objectKeys) => {
    const gone: string[] = [];
    for (let at = 0; at < objectKeys.length; at += BATCH) {
      const batch = objectKeys.slice(at, at + BATCH);
      const deleted = batches && batch.length > 1 ? await deleteBatch(client, { keys: batch, onWarning }) : undefined;
      if (deleted === undefined && batch.length > 1) batches = false;
      gone.push(...(deleted ?? (await deleteSingly(client, batch))));
    }
    return gone;
  };
}

/** Answers undefined when the server can't. */
async function deleteBatch(
  { s3, bucket, call }: BucketClient,
  { keys, onWarning }: { keys: readonly string[]; onWarning: (text: string) => void },
): Promise<string[] | undefined> {
  const command = new DeleteObjectsCommand({
    Bucket: bucket,
    Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
  });
  const answer = await call(
    "DeleteObjects",
    (options) =>
      s3.send(command, options).catch((error) => {
        if (failedWith(error, ...NO_BATCHES)) return undefined;
        throw error;
      }),
    { extraMs: keys.length * EXTRA_MS_EACH },
  );
  if (answer === undefined) return undefined;
  const errors = answer.Errors?.filter(({ Code }) => Code !== "NoSuchKey") ?? [];
  const [first] = errors;
  if (first !== undefined) {
    onWarning(
      `The bucket kept ${errors.length} of ${keys.length} objects to be deleted: ${first.Code}, ${first.Message}`,
    );
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
