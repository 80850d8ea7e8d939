import { CopyObjectCommand } from "@aws-sdk/client-s3";
import { encodeKey } from "@valetkey/presign";
import type { Bucket } from "../usecases/ports.ts";
import { isAnswer } from "./bucket-error.ts";
import type { BucketClient } from "./client.ts";

/** S3 sends blanks to keep the connection while it copies. Milliseconds. */
const COPY_EXTRA_MS = 120_000;

/** Copies an object on condition that it is still the one that was looked at. */
export function createCopy({ s3, bucket, call }: BucketClient): Bucket["copy"] {
  return ({ from, to, etag }) => {
    const command = new CopyObjectCommand({
      Bucket: bucket,
      Key: to,
      CopySource: `${bucket}/${encodeKey(from)}`,
      CopySourceIfMatch: etag,
    });
    return call(
      "CopyObject",
      async (options) => {
        try {
          await s3.send(command, options);
          return "done";
        } catch (error) {
          if (isAnswer(error, "PreconditionFailed", 412)) return "changed";
          if (isAnswer(error, "NoSuchKey", "NotFound") && !isAnswer(error, "NoSuchBucket")) return "changed";
          throw error;
        }
      },
      { extraMs: COPY_EXTRA_MS },
    );
  };
}
