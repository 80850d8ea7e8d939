import { compression, defineAlgorithm } from "vite-plugin-compression2";

/** Files are compressed here, once. The service sends them as they are. */
export function compressAssets() {
  return compression({
    include: /^assets\/.*\.(?:m?js|css|svg|wasm)$/,
    algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
  });
}
