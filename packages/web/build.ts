import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { build, type Rolldown } from "vite";
import { LANGUAGES } from "./language.ts";
import { licensesOf, packageFolders } from "./third-party-licenses.ts";
import { appConfig, landingConfig } from "./vite.config.ts";

// Builds the app and the landing page of links in each language into one folder, and then adds the licenses of all packages. A plugin
// copies the styles of Tailwind CSS into the build, so the list of files starts with Tailwind CSS.
const files = new Set([createRequire(import.meta.url).resolve("tailwindcss/package.json")]);
for (const [nth, language] of LANGUAGES.entries()) {
  for (const config of [appConfig(language, { isFirst: nth === 0 }), landingConfig(language)]) {
    const { output } = (await build({ ...config, configFile: false })) as Rolldown.RolldownOutput;
    for (const part of output) {
      const sources = part.type === "chunk" ? part.moduleIds : part.originalFileNames;
      for (const file of sources) files.add(resolve(import.meta.dirname, file));
    }
  }
}
// The build writes this file last, so the file proves that the build is complete (e2e/src/testing/build.ts).
await writeFile(join(import.meta.dirname, "dist/THIRD-PARTY-LICENSES.txt"), await licensesOf(packageFolders(files)));
