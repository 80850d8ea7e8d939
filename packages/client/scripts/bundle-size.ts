import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** What a bundler makes of an import, in bytes: minified, and gzipped on top. `inputs` are the files of which something went into it. */
export type BundleSize = { minified: number; gzipped: number; inputs: string[] };

/** Bundles one line of code, for example `export * from "@valetkey/client"`, as a page would have it. */
export async function bundleSize(contents: string): Promise<BundleSize> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    ...{ bundle: true, minify: true, format: "esm", platform: "browser", target: "es2024" },
    ...{ write: false, metafile: true, logLevel: "error" },
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
