import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { UserConfig } from "vite";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { inLanguage, type Language } from "./language.ts";
import { pdfjsFiles } from "./pdfjs-files.ts";

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

/** The first build empties the folder. Its files of pdf.js serve every language. */
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
    // One file for the code that every page loads, and one for the icons of several pages. By default, each icon is a file.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "app", tags: ["$initial"] },
            { name: "icons", test: /lucide-react/, minShareCount: 2 },
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

/** The build compresses the files once, and the service sends the compressed files. */
function compressAssets() {
  return compression({
    include: /^assets\/.*\.(?:m?js|css|svg|wasm)$/,
    algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
  });
}

/** The development server has English pages. */
export default appConfig("en", { isFirst: true });
