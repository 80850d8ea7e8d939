import { createHash, randomBytes } from "node:crypto";
import type { Client } from "../../../../packages/client/src/index.ts";

const MIB = 2 ** 20;
/** More than a single PUT takes, so that it goes in ten parts, the last of which is short. */
export const LARGE_BYTES = 72 * MIB + 12_345;
export const LARGE_PARTS = 10;

export function file(sizeBytes: number, { name = "file.bin", type = "application/octet-stream" } = {}): File {
  return new File([randomBytes(sizeBytes)], name, { type, lastModified: 1_790_000_000_000 });
}

export async function sha256OfBlob(blob: Blob): Promise<string> {
  return sha256OfStream(blob.stream());
}

/** Of what the client reads back, in hex, in constant memory. */
export async function sha256OfDownload(client: Client, attachmentId: string): Promise<string> {
  return sha256OfStream((await client.download(attachmentId)).stream);
}

async function sha256OfStream(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}
