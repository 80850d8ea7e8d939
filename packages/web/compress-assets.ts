import { compression, defineAlgorithm } from "vite-plugin-compression2";

/** The build compresses the files once, and the service sends the compressed files. */
export function compressAssets() {
  return compression({
    include: /^assets\/.*\.(?:m?js|css|svg|wasm)$/,
    algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
  });
}
