import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Sizes of a bundle in bytes, without code that loads on demand. `inputs`: the paths of the source files in the bundle. */
export type BundleSize = { minified: number; gzipped: number; inputs: string[] };

/** Bundles the given code for browsers, for example `export * from "@valetkey/client"`. Returns the size of the bundle. */
export async function bundleSize(contents: string): Promise<BundleSize> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    splitting: true,
    outdir: "out",
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    write: false,
    metafile: true,
    logLevel: "error",
  });
  const loaded = new Set(["out/stdin.js"]);
  for (const name of loaded) {
    for (const { path, kind } of metafile.outputs[name]?.imports ?? []) {
      if (kind === "import-statement") loaded.add(path);
    }
  }
  const files = outputFiles.filter(({ path }) => [...loaded].some((name) => path.endsWith(name)));
  const bytes = Buffer.concat(files.map((file) => file.contents));
  const inputs = [...loaded].flatMap((name) => Object.entries(metafile.outputs[name]?.inputs ?? {}));
  return {
    minified: bytes.length,
    gzipped: gzipSync(bytes, { level: 9 }).length,
    inputs: inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path),
  };
}
