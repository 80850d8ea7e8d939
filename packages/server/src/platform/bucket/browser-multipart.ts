import { CompleteMultipartUploadCommand, ListPartsCommand, type ListPartsCommandOutput } from "@aws-sdk/client-s3";
import { failedWith } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";
import type { Bucket, MultipartPlace, StoredPart } from "./port.ts";
import { ifAbsent } from "./put-object.ts";
import { COMPLETE_EXTRA_MS } from "./server-multipart.ts";
import { abortParts, beginParts } from "./unfinished-multipart.ts";

export type BrowserMultipart = Pick<Bucket, "createMultipart" | "listParts" | "completeMultipart" | "abortMultipart">;

/** Handles multipart uploads. The browser sends the parts to presigned URLs. */
export function createBrowserMultipart(client: BucketClient): BrowserMultipart {
  return {
    createMultipart: ({ objectKey, contentType }) =>
      // Sets no checksum algorithm. With a checksum algorithm, the browser would have to compute a checksum for every part.
      beginParts(client, { Bucket: client.bucket, Key: objectKey, ContentType: contentType }),
    listParts: (place) => listParts(client, place),
    completeMultipart: (options) => complete(client, options),
    abortMultipart: ({ objectKey, bucketUploadId }) => abortParts(client, { Key: objectKey, UploadId: bucketUploadId }),
  };
}

async function listParts(client: BucketClient, place: MultipartPlace): Promise<StoredPart[] | undefined> {
  const parts: StoredPart[] = [];
  let marker: string | undefined;
  do {
    const page = await listPage(client, { place, marker });
    if (page === undefined) return undefined;
    for (const { PartNumber = 0, ETag = "", Size = 0 } of page.Parts ?? []) {
      parts.push({ partNumber: PartNumber, etag: ETag, sizeBytes: Size });
    }
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return parts;
}

function listPage(
  { s3, bucket, call }: BucketClient,
  { place, marker }: { place: MultipartPlace; marker: string | undefined },
): Promise<ListPartsCommandOutput | undefined> {
  const list = new ListPartsCommand({
    Bucket: bucket,
    Key: place.objectKey,
    UploadId: place.bucketUploadId,
    ...(marker === undefined ? {} : { PartNumberMarker: marker }),
  });
  return call("ListParts", (options) =>
    s3.send(list, options).catch((error) => {
      // For a missing upload, Ceph returns the same error as for a missing object.
      if (failedWith(error, "NoSuchUpload", "NoSuchKey")) return undefined;
      throw error;
    }),
  );
}

function complete(
  { s3, bucket, call }: BucketClient,
  { objectKey, bucketUploadId, parts }: Parameters<Bucket["completeMultipart"]>[0],
): ReturnType<Bucket["completeMultipart"]> {
  const upload = {
    Bucket: bucket,
    Key: objectKey,
    UploadId: bucketUploadId,
    MultipartUpload: { Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })) },
  };
  return call(
    "CompleteMultipartUpload",
    async (options) => {
      try {
        const send = (condition: object) =>
          s3.send(new CompleteMultipartUploadCommand({ ...upload, ...condition }), options);
        await ifAbsent(send);
        return "done";
      } catch (error) {
        // Another attempt completed or aborted the upload. The caller must check which of the two happened.
        if (failedWith(error, "NoSuchUpload")) return "done";
        if (failedWith(error, "InvalidPart", "InvalidPartOrder", "EntityTooSmall")) return "parts_changed";
        throw error;
      }
    },
    { extraMs: COMPLETE_EXTRA_MS },
  );
}
