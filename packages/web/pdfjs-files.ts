import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const FOLDERS = ["cmaps", "standard_fonts", "iccs"];
/** The Content-Security-Policy allows no WebAssembly. These files do the same work in JavaScript. */
const DECODERS = ["jbig2_nowasm_fallback.js", "openjpeg_nowasm_fallback.js"];

/**
 * Copies the files that pdf.js loads for some PDFs: character maps, standard fonts, color profiles and image decoders. The name of
 * the folder contains the version, because browsers cache /assets for a year.
 */
export function pdfjsFiles(): Plugin {
  return {
    name: "pdfjs-files",
    apply: "build",
    async generateBundle() {
      const manifest = createRequire(import.meta.url).resolve("pdfjs-dist/package.json");
      const { version } = JSON.parse(await readFile(manifest, "utf8"));
      const root = dirname(manifest);
      const inFolders = FOLDERS.map(async (folder) =>
        (await readdir(join(root, folder))).map((name) => join(folder, name)),
      );
      const decoders = DECODERS.map((name) => join("wasm", name));
      for (const path of [...(await Promise.all(inFolders)).flat(), ...decoders]) {
        const fileName = `assets/pdfjs-${version}/${path.replaceAll("\\", "/")}`;
        this.emitFile({ type: "asset", fileName, source: await readFile(join(root, path)) });
      }
    },
  };
}
