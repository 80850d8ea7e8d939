import tailwindcss from "@tailwindcss/vite";
import type { UserConfig } from "vite";
import { compressAssets } from "./compress-assets.ts";
import { inLanguage, type Language } from "./language.ts";

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
