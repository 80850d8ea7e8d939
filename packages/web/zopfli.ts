import { gzipSync } from "node:zlib";
import { gzipAsync } from "@gfx/zopfli";
import { defineAlgorithm } from "vite-plugin-compression2";

/** Above this Zopfli takes seconds for what few ever fetch. Bytes. */
const LARGE_BYTES = 1_000_000;

/**
 * Gzip as small as it gets, about four percent less than level 9 of zlib. It is what browsers take over plain HTTP, as in a home network,
 * where they don't take Brotli.
 */
export const zopfli = defineAlgorithm(async (file) => {
  const bytes = Buffer.from(file as Uint8Array);
  return bytes.length > LARGE_BYTES ? gzipSync(bytes, { level: 9 }) : Buffer.from(await gzipAsync(bytes, {}));
}, {});
