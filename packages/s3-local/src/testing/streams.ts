import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";

/** All bytes of an object that the SDK is about to stream. */
export async function bytesOf({ Body }: GetObjectCommandOutput): Promise<Buffer> {
  if (Body === undefined) throw new Error("The answer has no body");
  return Buffer.from(await Body.transformToByteArray());
}
