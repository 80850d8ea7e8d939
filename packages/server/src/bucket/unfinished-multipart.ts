import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type MultipartUpload,
} from "@aws-sdk/client-s3";
import type { Bucket } from "../usecases/ports/index.ts";
import { failedWith } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";

/** How a server says that it has no such list: then it can't have unfinished uploads of ours that it shows to anyone. */
const NO_LIST = ["NotImplemented", "MethodNotAllowed", 405, 501];

/** Aborts the unfinished multipart uploads of these keys: what a killed process has left. */
export function createDiscardParts(client: BucketClient, { keyPrefix }: { keyPrefix: string }): Bucket["discardParts"] {
  return async (objectKeys) => {
    const wanted = new Set(objectKeys);
    for await (const page of unfinishedPages(client, keyPrefix)) {
      for (const { Key, UploadId } of page) {
        if (Key === undefined || UploadId === undefined || !wanted.has(Key)) continue;
        await abortParts(client, { Key, UploadId });
      }
    }
  };
}

/** Throws the parts of one multipart upload away; that it is over already is not an error. */
export async function abortParts(
  { s3, bucket, call }: BucketClient,
  { Key, UploadId }: { Key: string; UploadId: string },
): Promise<void> {
  const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId });
  await call("AbortMultipartUpload", (options) =>
    s3.send(abort, options).catch((error) => {
      if (!failedWith(error, "NoSuchUpload")) throw error;
    }),
  );
}

type Page = ListMultipartUploadsCommandOutput;
type Markers = Pick<Page, "NextKeyMarker" | "NextUploadIdMarker">;

/** Multipart uploads that are not complete, a page of the server's at a time; none where it has no such list. */
export async function* unfinishedPages(client: BucketClient, prefix: string): AsyncGenerator<MultipartUpload[]> {
  let page: Page | undefined = await listPage(client, { prefix, after: {} });
  while (page !== undefined) {
    yield page.Uploads ?? [];
    page = page.IsTruncated === true ? await listPage(client, { prefix, after: page }) : undefined;
  }
}

function listPage(
  { s3, bucket, call }: BucketClient,
  { prefix, after }: { prefix: string; after: Markers },
): Promise<Page | undefined> {
  const list = new ListMultipartUploadsCommand({
    Bucket: bucket,
    ...(prefix === "" ? {} : { Prefix: prefix }),
    ...(after.NextKeyMarker === undefined ? {} : { KeyMarker: after.NextKeyMarker }),
    ...(after.NextUploadIdMarker === undefined ? {} : { UploadIdMarker: after.NextUploadIdMarker }),
  });
  return call("ListMultipartUploads", (options) =>
    s3.send(list, options).catch((error) => {
      if (failedWith(error, ...NO_LIST)) return undefined;
      throw error;
    }),
  );
}
