import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin, UserConfig } from "vite";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { inLanguage, type Language } from "./language.ts";

/** The paths that the service handles. All other paths are pages of the app. */
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
  // The landing page of links. The development server has no landing page, so the service sends the page from its build.
  "/s/",
  "/public/",
  "/assets/",
];

/** The configuration of the app. The first build empties the output folder, and copies the pdf.js files, which all languages share. */
export const appConfig = (language: Language, { isFirst }: { isFirst: boolean }): UserConfig => ({
  plugins: [
    inLanguage(language, { page: "index" }),
    react(),
    tailwindcss(),
    ...(isFirst ? [pdfjsFiles()] : []),
    compressAssets(),
  ],
  publicDir: isFirst && "public",
  // The shim is for versions of React without `useSyncExternalStore`.
  resolve: { alias: [{ find: /^use-sync-external-store\/shim$/, replacement: "react" }] },
  build: {
    emptyOutDir: isFirst,
    // Files inside of `data:` URLs would make the Content-Security-Policy longer.
    assetsInlineLimit: 0,
    // All supported browsers support modulepreload.
    modulePreload: { polyfill: false },
    // One file has the code that every page loads, and one file has the icons that at least three parts use. By default, each icon is a
    // file.
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
    // The limit in kilobytes. The largest file is pdf.js, which loads with the first opened PDF.
    chunkSizeWarningLimit: 600,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(API.map((path) => [path, { target: "http://localhost:3000" }])),
  },
});

/** The configuration of the landing page of links. Its build is separate, so the landing page shares no file with the much larger app. */
export const landingConfig = (language: Language): UserConfig => ({
  plugins: [inLanguage(language, { page: "landing" }), tailwindcss(), compressAssets()],
  publicDir: false,
  build: {
    // The output folder already has the files of the app.
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: "landing.html" },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
  },
});

const FOLDERS = ["cmaps", "standard_fonts", "iccs"];
/** The Content-Security-Policy forbids WebAssembly, so these files decode images in JavaScript. */
const DECODERS = ["jbig2_nowasm_fallback.js", "openjpeg_nowasm_fallback.js"];

/**
 * Copies the files that pdf.js loads for some PDFs: character maps, standard fonts, color profiles and image decoders. The folder name
 * contains the version of pdf.js, because browsers cache /assets for a year.
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

/** Compresses the files during the build, so that the service sends the compressed files. */
function compressAssets() {
  return compression({
    include: /^assets\/.*\.(?:m?js|css|svg|wasm)$/,
    algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
  });
}

/** The configuration of the development server, whose pages are in English. */
export default appConfig("en", { isFirst: true });
