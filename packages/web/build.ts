import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { build, type Rolldown } from "vite";
import { LANGUAGES } from "./language.ts";
import { licensesOf, packageFolders } from "./third-party-licenses.ts";
import { appConfig, landingConfig } from "./vite.config.ts";

// `npm run build` builds the app and the landing page of links in every language, into one folder. The build adds the licenses of all
// packages. A plugin copies the styles of Tailwind into the build, so Tailwind is not in the list of files.
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
// This file is the last one, so that it proves a complete build (e2e/src/testing/build.ts).
await writeFile(join(import.meta.dirname, "dist/THIRD-PARTY-LICENSES.txt"), await licensesOf(packageFolders(files)));
