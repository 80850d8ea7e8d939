import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

const BLOCK_BYTES = 1024 * 1024;
/** A file can grow while it is read. */
const MIN_BLOCK_BYTES = 4_096;

type Digest = { sizeBytes: number; sha256: string };

/** Computes the SHA-256 of a file in constant memory. */
export async function digestOf(file: string): Promise<Digest> {
  const from = await open(file, "r");
  try {
    return await pump(blocksOf(from));
  } finally {
    await from.close();
  }
}

/**
 * Copies a file durably to a new file that only its owner can read. `to` appears only when the copy is complete. Creates a missing folder.
 */
export async function copyDurably(source: string, to: string): Promise<Digest> {
  const from = await open(source, "r");
  try {
    return await writeDurably(blocksOf(from), to);
  } finally {
    await from.close();
  }
}

/**
 * Writes a stream to a new file, with the promises of `copyDurably`. `to` does not appear if its SHA-256 differs from the expected
 * hexadecimal text.
 */
export async function writeDurably(
  body: AsyncIterable<Uint8Array>,
  to: string,
  { sha256 }: { sha256?: string | undefined } = {},
): Promise<Digest> {
  const temporary = `${to}.partial`;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  const target = await open(temporary, "w", 0o600);
  let digest: Digest;
  try {
    digest = await pump(body, target);
    await target.sync();
  } finally {
    await target.close();
  }
  if (sha256 === undefined || digest.sha256 === sha256) await rename(temporary, to);
  else await rm(temporary);
  return digest;
}

async function pump(body: AsyncIterable<Uint8Array>, to?: FileHandle): Promise<Digest> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const bytes of body) {
    hash.update(bytes);
    if (to !== undefined) await to.writeFile(bytes);
    sizeBytes += bytes.length;
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

/** Reads a file in blocks. All blocks share one buffer, so a block is valid only until the next block. */
async function* blocksOf(from: FileHandle): AsyncGenerator<Uint8Array> {
  // A block of the maximum size for each small file would cause a garbage collection after a few files.
  const { size } = await from.stat();
  const block = Buffer.allocUnsafe(Math.min(Math.max(size + 1, MIN_BLOCK_BYTES), BLOCK_BYTES));
  for (let position = 0; ; ) {
    const { bytesRead } = await from.read(block, 0, block.length, position);
    if (bytesRead === 0) return;
    yield block.subarray(0, bytesRead);
    position += bytesRead;
  }
}

/** Returns the size of a file in bytes, or undefined if the file does not exist. */
export async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Flushes a folder to the disk, so that the names of its new files survive a crash of the machine. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder, and need not flush it.
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
