import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type MultipartUpload,
} from "@aws-sdk/client-s3";
import { failedWith, unavailable } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";
import type { Bucket } from "./port.ts";

/** The errors of servers that can't list unfinished uploads. On these servers, the service can't find unfinished uploads. */
const NO_LIST = ["NotImplemented", "MethodNotAllowed", 405, 501];

/** Returns a function that aborts the unfinished multipart uploads of the given keys. A killed process may leave such uploads behind. */
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

/** Begins a multipart upload. Returns the id of the upload. If the server refuses the checksum algorithm, begins the upload without it. */
export async function beginParts(
  { s3, call, optionalChecksums }: BucketClient,
  { ChecksumAlgorithm, ...plain }: CreateMultipartUploadCommandInput,
): Promise<string> {
  const send = (input: CreateMultipartUploadCommandInput, options: { abortSignal: AbortSignal }) =>
    s3.send(new CreateMultipartUploadCommand(input), options);
  const { UploadId } = await call("CreateMultipartUpload", (options) =>
    ChecksumAlgorithm === undefined
      ? send(plain, options)
      : optionalChecksums((withChecksums) => send(withChecksums ? { ...plain, ChecksumAlgorithm } : plain, options)),
  );
  if (UploadId === undefined) throw unavailable("CreateMultipartUpload returned no upload id");
  return UploadId;
}

/** Aborts one multipart upload. Does not fail if the upload no longer exists. */
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

/** Lists unfinished multipart uploads, one page of the server at a time. Yields nothing if the server can't list them. */
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
