import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

export const INDEX_HTML =
  '<!doctype html><head><title>Valet Key</title><script type="module" src="/assets/app-1a2b.js"></script></head>';
export const SCRIPT = `export const words = ${JSON.stringify("word ".repeat(200))};`;
export const SECRET = "a file beside the folder or hidden in it";

export const LANDING_HTML =
  '<head><title>A file for you</title></head>%BRAND%<a href="/s/%TOKEN%/download">%ORIGIN%</a>';
/** The German page has the same size as the English page. */
export const GERMAN_HTML = INDEX_HTML.replace("app-1a2b", "app-5e6f");
export const GERMAN_LANDING_HTML = LANDING_HTML.replace("A file for you", "Eine Datei für Sie");

/** Creates a folder that looks like a Vite build. This folder and its parent folder also contain secret files. */
export async function makeWebRoot() {
  const parent = await mkdtemp(join(tmpdir(), "valetkey-web-"));
  const root = join(parent, "dist");
  const files: Record<string, string | Buffer> = {
    "index.html": INDEX_HTML,
    "landing.html": LANDING_HTML,
    "index.de.html": GERMAN_HTML,
    "landing.de.html": GERMAN_LANDING_HTML,
    "favicon.ico": "the icon of Valet Key",
    "manifest.webmanifest": JSON.stringify({ name: "Valet Key", short_name: "Valet Key", start_url: "/", icons: [] }),
    "theme.js": "document.documentElement.dataset.theme = 'dark';",
    "icons/icon.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "assets/app-1a2b.js": SCRIPT,
    "assets/app-1a2b.js.br": brotliCompressSync(SCRIPT),
    "assets/app-1a2b.js.gz": gzipSync(SCRIPT),
    "assets/app-3c4d.css": "body { margin: 0 }",
    "assets/geist-latin-wght-normal-5g6h.woff2": "a typeface",
    "assets/.hidden.js": SECRET,
    ".env": SECRET,
    ".git/config": SECRET,
    "../secret.txt": SECRET,
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return { root, remove: () => rm(parent, { recursive: true, force: true }) };
}
