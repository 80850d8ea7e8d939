import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { JSDOM } from "jsdom";
import { aliasesOf, type Major } from "./versions.ts";

export type Harness = typeof import("./harness.tsx");
export type Loaded = Harness & { close(): Promise<void> };

/**
 * Opens a jsdom page, and loads `@valetkey/react` with the given version of React. The page sends its requests with the `fetch` of Node.js.
 */
export async function loadHarness(major: Major): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), "valetkey-react-"));
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "harness.tsx")],
    alias: aliasesOf(major),
    bundle: true,
    format: "esm",
    platform: "node",
    jsx: "automatic",
    write: false,
    logLevel: "error",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  const path = join(folder, "harness.mjs");
  await writeFile(path, outputFiles[0]?.text ?? "");
  const closePage = openPage();
  const harness: Harness = await import(/* @vite-ignore */ pathToFileURL(path).href);
  return {
    ...harness,
    async close() {
      // React runs the last effects of an unmount in later tasks.
      await setImmediate();
      await setImmediate();
      closePage();
      await rm(folder, { recursive: true });
    },
  };
}

/** Makes the window and the document of a jsdom page global. Returns a function that removes the globals. */
function openPage(): () => void {
  const { window } = new JSDOM("", { url: "http://app.example.com/", pretendToBeVisual: true });
  const { document } = window;
  Object.assign(globalThis, { window, document });
  return () => {
    Reflect.deleteProperty(globalThis, "window");
    Reflect.deleteProperty(globalThis, "document");
    window.close();
  };
}
