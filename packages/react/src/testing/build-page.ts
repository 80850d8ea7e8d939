import { join } from "node:path";
import { build } from "vite";
import { aliasesOf, type Major } from "./versions.ts";

/**
 * Builds a page of this folder with Vite and the given version of React. Returns the HTML of the page with its script and styles. The
 * Content-Security-Policy of the page permits no other styles, and no style attributes.
 */
export async function buildPage(major: Major, name: "page.tsx" | "files-page.tsx" = "page.tsx"): Promise<string> {
  const built = await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "error",
    resolve: { alias: aliasesOf(major) },
    build: { write: false, rolldownOptions: { input: join(import.meta.dirname, name) } },
  });
  const [result] = [built].flat();
  if (result === undefined || !("output" in result)) throw new Error("Vite has built nothing");
  const script = result.output[0].code.replaceAll("</script", "<\\/script");
  const styles = result.output
    .map((file) => (file.fileName.endsWith(".css") && file.type === "asset" ? file.source : ""))
    .join("");
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Files</title>
    <meta http-equiv="Content-Security-Policy" content="style-src 'nonce-page'"><style nonce="page">${styles}</style>
    <body><script type="module">${script}</script>`;
}
