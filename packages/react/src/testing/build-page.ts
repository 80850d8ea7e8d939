import { join } from "node:path";
import { build } from "vite";
import { aliasesOf, type Major } from "./versions.ts";

/** Builds `page.tsx` with Vite and the given version of React. Returns the HTML of the page, which contains the script. */
export async function buildPage(major: Major): Promise<string> {
  const built = await build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: "error",
    resolve: { alias: aliasesOf(major) },
    build: { write: false, rolldownOptions: { input: join(import.meta.dirname, "page.tsx") } },
  });
  const [result] = [built].flat();
  if (result === undefined || !("output" in result)) throw new Error("Vite has built nothing");
  const script = result.output[0].code.replaceAll("</script", "<\\/script");
  return `<!doctype html><html lang="en"><title>Files</title><body><script type="module">${script}</script>`;
}
