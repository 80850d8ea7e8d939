import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { pdfjsFiles } from "./pdfjs-files.ts";

/** The paths that the service answers itself. Every other path is a page of the app. */
const API = [
  "/auth",
  "/notes",
  "/attachments",
  "/uploads",
  "/me",
  "/usage",
  "/tokens",
  "/instance",
  "/docs",
  "/openapi.json",
];

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    pdfjsFiles(),
    // Files are compressed here, once. The service sends them as they are.
    compression({
      include: /^assets\/.*\.(?:m?js|css|svg|wasm)$/,
      algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
    }),
  ],
  build: {
    // No data: URLs, to keep the Content-Security-Policy short.
    assetsInlineLimit: 0,
    // All supported browsers know modulepreload.
    modulePreload: { polyfill: false },
    // One file for the code that every page loads. By default, the bundler splits it into fifteen.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "app", tags: ["$initial"] }] } } },
    reportCompressedSize: false,
    // Kilobytes. The largest file is pdf.js, which loads with the first opened PDF.
    chunkSizeWarningLimit: 600,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(API.map((path) => [path, { target: "http://localhost:3000" }])),
  },
});
