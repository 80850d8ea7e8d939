import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import type { BucketClient } from "./client.ts";
import type { Bucket, ListedObject, UnfinishedMultipart } from "./port.ts";
import { unfinishedPages } from "./unfinished-multipart.ts";

export type Listing = Pick<Bucket, "listObjects" | "listMultiparts">;

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
    // Other programs may use characters in keys that XML can't contain, so the server must encode the keys.
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

/** Returns the instant of a date. An object without a date counts as new. */
function instantOf(date: Date | undefined): number {
  return date?.getTime() ?? Number.POSITIVE_INFINITY;
}
