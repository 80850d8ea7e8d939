// A page that only counts slots can import this file, which loads no code for uploads.

const SLOTS_OF_LARGE_FILE = 8;
const SMALL_BYTES = 2 ** 20;

/**
 * Returns the number of slots that a file takes in a queue of uploads: 1 for a file of at most 1 MiB, and 8 for a larger file. Small files
 * share requests, so start many small files at the same time.
 *
 * @example
 * ```ts
 * import { uploadSlots } from "@valetkey/client";
 *
 * console.log(uploadSlots({ size: 20_000 })); // 1
 * ```
 */
export function uploadSlots({ size }: { size: number }): number {
  return size <= SMALL_BYTES ? 1 : SLOTS_OF_LARGE_FILE;
}
