import type { GetObjectCommandOutput } from "@aws-sdk/client-s3";

export async function bytesOf({ Body }: GetObjectCommandOutput): Promise<Buffer> {
  if (Body === undefined) throw new Error("The response has no body");
  return Buffer.from(await Body.transformToByteArray());
}
