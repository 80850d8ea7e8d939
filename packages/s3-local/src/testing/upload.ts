import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { BUCKET } from "./names.ts";

const AT = { Bucket: BUCKET, Key: "a" };

/** Starts a multipart upload of the key `a`, and stores the given parts, numbered from 1. */
export async function uploadParts(
  client: S3Client,
  bodies: Uint8Array[],
  input: Partial<CreateMultipartUploadCommandInput> = {},
) {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...AT, ...input }));
  const Parts: CompletedPart[] = [];
  for (const [index, Body] of bodies.entries()) {
    const part = { ...AT, UploadId, PartNumber: index + 1, Body, ChecksumAlgorithm: input.ChecksumAlgorithm };
    const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumCRC64NVME, ChecksumSHA1, ChecksumSHA256 } = await client.send(
      new UploadPartCommand(part),
    );
    Parts.push({
      PartNumber: index + 1,
      ETag,
      ChecksumCRC32,
      ChecksumCRC32C,
      ChecksumCRC64NVME,
      ChecksumSHA1,
      ChecksumSHA256,
    });
  }
  const complete = (change: object = {}) =>
    client.send(new CompleteMultipartUploadCommand({ ...AT, UploadId, MultipartUpload: { Parts }, ...change }));
  return { UploadId, Parts, complete };
}
