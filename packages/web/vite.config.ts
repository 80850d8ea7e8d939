import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compression, defineAlgorithm } from "vite-plugin-compression2";
import { chunks } from "./chunks.ts";
import { markedLexer } from "./marked-lexer.ts";
import { pdfjsFiles } from "./pdfjs-files.ts";
import { zopfli } from "./zopfli.ts";

/** What the service answers itself; everything else is a page of the app. */
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
    markedLexer(),
    // Once, here: the service sends the smaller file that the browser takes, and compresses nothing itself.
    compression({
      include: /^assets\/.*\.(?:m?js|css|svg|wasm)$/,
      algorithms: [defineAlgorithm("brotliCompress"), zopfli],
    }),
  ],
  build: {
    // No data: URLs: what the Content-Security-Policy allows stays short.
    assetsInlineLimit: 0,
    // Every browser that the app is for knows it.
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: chunks } },
    reportCompressedSize: false,
    // pdf.js, which comes with the first PDF that someone opens. Kilobytes.
    chunkSizeWarningLimit: 600,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(API.map((path) => [path, { target: "http://localhost:3000" }])),
  },
});
