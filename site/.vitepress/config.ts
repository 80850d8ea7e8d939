import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type MarkdownEnv, type MarkdownRenderer } from "vitepress";
import { isSearched, otherWordsOf, SEARCH } from "../search.ts";

const { DOCS_BASE = "/", DOCS_REPOSITORY } = process.env;
// main.ts writes the sidebar in the order of docs/README.md.
const sidebar = JSON.parse(readFileSync(join(import.meta.dirname, "../pages/sidebar.json"), "utf8"));

export default defineConfig({
  title: "Valet Key",
  description: "Private files with short-lived, access-checked URLs: a service, a web app and a library.",
  base: DOCS_BASE,
  srcDir: "pages",
  outDir: "dist",
  cacheDir: "../node_modules/.cache/vitepress",
  ignoreDeadLinks: "localhostLinks",
  // Vite 5 does not know the newest targets of tsconfig.json.
  vite: { esbuild: { tsconfigRaw: "{}" } },
  head: [["link", { rel: "icon", href: `${DOCS_BASE}icon.svg` }]],
  markdown: {
    theme: { light: "github-light", dark: "github-dark" },
    anchor: { slugify: slugOf },
  },
  themeConfig: {
    logo: "/icon.svg",
    search: { provider: "local", options: { _render: renderForSearch, miniSearch: SEARCH } },
    outline: [2, 3],
    sidebar,
    ...(DOCS_REPOSITORY !== undefined && { socialLinks: [{ icon: "github", link: DOCS_REPOSITORY }] }),
  },
});

/** Makes the anchor of a heading as GitHub does, so that a link to a heading works both on GitHub and on the site. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** Renders a page for the search index without the colors of its code, which cost time. */
function renderForSearch(page: string, env: MarkdownEnv, md: MarkdownRenderer): string {
  if (!isSearched(env.relativePath)) return "";
  const { highlight } = md.options;
  md.options.highlight = (code) => `<pre>${md.utils.escapeHtml(code)}</pre>`;
  const html = md.render(page, env);
  md.options.highlight = highlight ?? null;
  return html.replace("</h1>", `</h1><p>${otherWordsOf(env.relativePath)}</p>`);
}
