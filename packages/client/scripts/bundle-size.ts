import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/**
 * The minified size of a bundle, and its minified and gzipped size, in bytes. The member `inputs` are the paths of the files with code in
 * the bundle.
 */
export type BundleSize = { minified: number; gzipped: number; inputs: string[] };

/** Bundles the given code for browsers, for example `export * from "@valetkey/client"`. Returns the size of the bundle. */
export async function bundleSize(contents: string): Promise<BundleSize> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    write: false,
    metafile: true,
    logLevel: "error",
  });
  const bytes = outputFiles[0]?.contents ?? new Uint8Array();
  const [bundle] = Object.values(metafile.outputs);
  const inputs = Object.entries(bundle?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    minified: bytes.length,
    gzipped: gzipSync(bytes, { level: 9 }).length,
    inputs: inputs.map(([path]) => path),
  };
}
