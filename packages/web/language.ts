import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Each language has its own build. The last language in the list is the default: its pages have no language in their filenames. */
export const LANGUAGES = ["de", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** The texts that replace `%text.name%` in the HTML files. */
const TEXTS: Record<Language, Record<string, string>> = {
  en: {
    manifest: "/manifest.webmanifest",
    description: "Notes that hold files, shared for as long as you like.",
    needsScript: "Valet Key needs JavaScript. Its API does not: see /docs.",
    linkTitle: "A file for you",
    linkPicture: "A claim ticket",
    noScript: "Your browser runs no scripts. A plain page works without them.",
    plainPage: "Open the plain page",
  },
  de: {
    manifest: "/manifest.de.webmanifest",
    description: "Notizen mit Dateien, geteilt, solange Sie möchten.",
    needsScript: "Valet Key braucht JavaScript. Die API nicht: siehe /docs.",
    linkTitle: "Eine Datei für Sie",
    linkPicture: "Ein Abholschein",
    noScript: "Ihr Browser führt keine Skripte aus. Eine einfache Seite funktioniert ohne sie.",
    plainPage: "Einfache Seite öffnen",
  },
};

/**
 * Makes a build use the texts of one language. In place of each English text file, the plugin loads the file of the language. So a page
 * contains the texts of only one language, and no code chooses a language at run time.
 */
export function inLanguage(language: Language, { page }: { page: "index" | "landing" }): Plugin {
  return {
    name: "language",
    enforce: "pre",
    async resolveId(source, importer, options) {
      if (language === "en" || !/\/en(?:\/|\.ts$)/.test(source)) return null;
      const found = await this.resolve(source, importer, { ...options, skipSelf: true });
      return found?.id.replace(/\/texts\/en(?=\/|\.ts$)/, `/texts/${language}`);
    },
    transformIndexHtml: {
      order: "pre",
      handler: (html) =>
        html
          .replace('<html lang="en">', `<html lang="${language}">`)
          .replaceAll(/%text\.(\w+)%/g, (_, name) => TEXTS[language][name] ?? name),
    },
    // The server finds the page of a language by its filename.
    async writeBundle({ dir = "" }) {
      if (language !== "en") await rename(join(dir, `${page}.html`), join(dir, `${page}.${language}.html`));
    },
  };
}
