import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import type { Segment } from "../store/database.ts";
import type { Store } from "../store/store.ts";

/** The bytes from `from` (inclusive) to `to` (exclusive) of an object or a part. Call `unpin` when nothing reads the bytes any more. */
export type ContentRange = {
  store: Store;
  segments: readonly Segment[];
  from: number;
  to: number;
  unpin: () => void;
  /** The bytes of a small range that `readSmall` has already read. */
  bytes?: Buffer;
};

const BLOCK_BYTES = 512 * 1024;
const SMALL_BYTES = 64 * 1024;
const CHECKS_AT_ONCE = 32;

/**
 * Selects a range of a content, and pins its blobs, so that they stay on the disk.
 *
 * The caller must call `pinRange` in the same turn of the event loop in which it read the row. The download then succeeds even if another
 * request replaces the object.
 */
export function pinRange(store: Store, contentId: string, range: { from: number; to: number }): ContentRange {
  const segments = range.to > range.from ? store.contents.segments(contentId, range) : [];
  return { store, segments, ...range, unpin: store.blobs.pin(segments.map(({ blob }) => blob)) };
}

/**
 * Reads the last byte of each blob of a range, so that a missing or truncated blob causes an error before the response starts, and not a
 * short body. If the check fails, unpins the blobs.
 */
export async function checkContent({ store, segments, unpin }: ContentRange): Promise<void> {
  try {
    for (let at = 0; at < segments.length; at += CHECKS_AT_ONCE) {
      await Promise.all(segments.slice(at, at + CHECKS_AT_ONCE).map((segment) => readLastByte(store, segment)));
    }
  } catch (error) {
    unpin();
    throw error;
  }
}

/** Reads the bytes of a small range immediately. Checks larger ranges with `checkContent`. Unpins the blobs after a failure. */
export async function readSmall(content: ContentRange): Promise<ContentRange> {
  const { store, segments, from, to, unpin } = content;
  const [segment] = segments;
  if (segment === undefined || segments.length > 1 || to - from > SMALL_BYTES) {
    await checkContent(content);
    return content;
  }
  try {
    const handle = await store.blobs.openForReading(segment.blob);
    try {
      const bytes = Buffer.allocUnsafe(to - from);
      await readFully(handle, bytes, segment.blobOffset + from - segment.start);
      return { ...content, bytes };
    } finally {
      await handle.close();
    }
  } catch (error) {
    unpin();
    throw error;
  }
}

/** Returns whether the blobs of a range are as long as their rows say. Reads no bytes, so a list of objects can check every object. */
export async function isComplete({ store, segments }: ContentRange): Promise<boolean> {
  for (let at = 0; at < segments.length; at += CHECKS_AT_ONCE) {
    const some = segments.slice(at, at + CHECKS_AT_ONCE);
    const sizes = await Promise.all(some.map(({ blob }) => store.blobs.sizeOf(blob)));
    if (some.some(({ blobOffset, length }, nth) => (sizes[nth] as number) < blobOffset + length)) return false;
  }
  return true;
}

async function readLastByte(store: Store, { blob, blobOffset, length }: Segment): Promise<void> {
  const handle = await store.blobs.openForReading(blob);
  try {
    await readFully(handle, Buffer.allocUnsafe(1), blobOffset + length - 1);
  } finally {
    await handle.close();
  }
}

/** Sends a range as the body of a response. After a failure, closes the connection, so that the client notices the failure. */
export async function sendContent(content: ContentRange, outgoing: ServerResponse): Promise<void> {
  try {
    const send = createSender(outgoing);
    for await (const block of content.bytes === undefined ? readContent(content) : [content.bytes]) {
      if (!(await send(block))) return;
    }
    await send(undefined);
    outgoing.end();
  } catch (error) {
    outgoing.destroy();
    throw error;
  } finally {
    content.unpin();
  }
}

/** Yields a range in blocks. Use each block immediately, because a later block reuses its memory. */
export async function* readContent({ store, segments, from, to }: Omit<ContentRange, "unpin">): AsyncGenerator<Buffer> {
  const blockBytes = Math.min(BLOCK_BYTES, to - from);
  const buffers = [Buffer.allocUnsafe(blockBytes), Buffer.allocUnsafe(blockBytes)] as const;
  let turn = 0;
  for (const { start, blob, blobOffset, length } of segments) {
    const handle = await store.blobs.openForReading(blob);
    try {
      const end = Math.min(to, start + length);
      for (let at = Math.max(from, start); at < end; ) {
        const buffer = buffers[turn++ & 1] as Buffer;
        const wanted = Math.min(buffer.length, end - at);
        await readFully(handle, buffer.subarray(0, wanted), blobOffset + at - start);
        yield buffer.subarray(0, wanted);
        at += wanted;
      }
    } finally {
      await handle.close();
    }
  }
}

async function readFully(handle: FileHandle, buffer: Buffer, position: number): Promise<void> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) throw new Error("A blob is shorter than its row in the database");
    filled += bytesRead;
  }
}

/**
 * Makes a function that sends a block as soon as the previous block is sent. While a block is sent, the caller can read the next block.
 *
 * The function resolves with false if the client has disconnected. Without a block, the function only waits until the last block is sent.
 */
function createSender(outgoing: ServerResponse): (block: Buffer | undefined) => Promise<boolean> {
  const closed = once(outgoing, "close").then(() => false);
  let sending: Promise<boolean> = Promise.resolve(true);
  return async (block) => {
    const isOpen = await Promise.race([sending, closed]);
    if (!isOpen || outgoing.destroyed || block === undefined) return isOpen && !outgoing.destroyed;
    sending = new Promise((resolve) => outgoing.write(block, (error) => resolve(error == null)));
    return true;
  };
}
