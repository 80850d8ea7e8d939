import { createHash, randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "../../../../packages/client/src/index.ts";

const MIB = 2 ** 20;
/** The size of a file that is too large for a single PUT. The file has ten parts, and the last part is short. */
export const LARGE_BYTES = 72 * MIB + 12_345;
export const LARGE_PARTS = 10;

/** All tests share these random bytes, because it takes as long to make 72 MiB of them as to upload them. */
let random = Buffer.alloc(0);

export function file(sizeBytes: number, { name = "file.bin", type = "application/octet-stream" } = {}): File {
  if (random.length < sizeBytes) random = randomBytes(sizeBytes);
  return new File([random.subarray(0, sizeBytes)], name, { type, lastModified: 1_790_000_000_000 });
}

/** Writes a file of random bytes in pieces. Returns the path and the hex SHA-256 of the file. */
export async function writeRandomFile(folder: string, { sizeBytes }: { sizeBytes: number }) {
  const path = join(folder, "random.bin");
  const hash = createHash("sha256");
  const handle = await open(path, "w");
  for (let left = sizeBytes; left > 0; left -= 4 * MIB) {
    const bytes = randomBytes(Math.min(left, 4 * MIB));
    hash.update(bytes);
    await handle.write(bytes);
  }
  await handle.close();
  return { path, sha256: hash.digest("hex") };
}

export async function sha256OfBlob(blob: Blob): Promise<string> {
  return sha256OfStream(blob.stream());
}

/** Computes the hex SHA-256 of a download in constant memory. */
export async function sha256OfDownload(client: Client, attachmentId: string): Promise<string> {
  return sha256OfStream((await client.download(attachmentId)).stream);
}

async function sha256OfStream(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}
