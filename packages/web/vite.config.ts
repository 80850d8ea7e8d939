import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin, UserConfig } from "vite";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { inLanguage, type Language } from "./language.ts";

/** The paths that the service serves itself. Every other path is a page of the app. */
const API = [
  "/auth",
  "/changes",
  "/notes",
  "/attachments",
  "/invitations",
  "/uploads",
  "/me",
  "/unsubscribe",
  "/usage",
  "/tokens",
  "/instance",
  "/docs",
  "/openapi.json",
  // The landing page of links, which the service serves from the build.
  "/s/",
  "/public/",
  "/assets/",
];

/** The first build empties the folder. The files of pdf.js serve every language. */
export const appConfig = (language: Language, { isFirst }: { isFirst: boolean }): UserConfig => ({
  plugins: [
    inLanguage(language, { page: "index" }),
    react(),
    tailwindcss(),
    ...(isFirst ? [pdfjsFiles()] : []),
    compressAssets(),
  ],
  publicDir: isFirst && "public",
  build: {
    emptyOutDir: isFirst,
    // No data: URLs, to keep the Content-Security-Policy short.
    assetsInlineLimit: 0,
    // All supported browsers know modulepreload.
    modulePreload: { polyfill: false },
    // One file for the code that every page loads, and one for the icons of three or more parts. By default, each icon is a file.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "app", tags: ["$initial"] },
            { name: "icons", test: /lucide-react/, minShareCount: 3 },
          ],
        },
      },
    },
    reportCompressedSize: false,
    // Kilobytes. The largest file is pdf.js, which loads with the first opened PDF.
    chunkSizeWarningLimit: 600,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(API.map((path) => [path, { target: "http://localhost:3000" }])),
  },
});

/** Builds the landing page of links separately, so that it shares no file with the app, which is much larger. */
export const landingConfig = (language: Language): UserConfig => ({
  plugins: [inLanguage(language, { page: "landing" }), tailwindcss(), compressAssets()],
  publicDir: false,
  build: {
    // Keeps the files of the app, which are already in this folder.
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: "landing.html" },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
  },
});

const FOLDERS = ["cmaps", "standard_fonts", "iccs"];
/** The Content-Security-Policy allows no WebAssembly, so these files do the same work in JavaScript. */
const DECODERS = ["jbig2_nowasm_fallback.js", "openjpeg_nowasm_fallback.js"];

/**
 * Copies the files that pdf.js loads for some PDFs: character maps, standard fonts, color profiles and image decoders. The name of
 * the folder contains the version, because browsers cache /assets for a year.
 */
function pdfjsFiles(): Plugin {
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

/** The build compresses the files once, and the service sends the compressed files. */
function compressAssets() {
  return compression({
    include: /^assets\/.*\.(?:m?js|css|svg|wasm)$/,
    algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
  });
}

/** The development server has English pages. */
export default appConfig("en", { isFirst: true });
