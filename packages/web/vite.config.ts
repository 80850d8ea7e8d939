import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compression, defineAlgorithm } from "vite-plugin-compression2";

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
    // Once, here: the service sends the smaller file that the browser takes, and compresses nothing itself.
    compression({
      include: /^assets\/.*\.(?:js|css|svg|wasm)$/,
      algorithms: [defineAlgorithm("brotliCompress"), defineAlgorithm("gzip", { level: 9 })],
    }),
  ],
  build: {
    // No data: URLs: what the Content-Security-Policy allows stays short.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(API.map((path) => [path, { target: "http://localhost:3000" }])),
  },
});
