import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DomainError } from "./errors.ts";

/**
 * Returns the URL of the module `name`, which runs in a thread or process, in the folder of the importing file. In a build, all modules are
 * .js files in one folder. Throws `database_unavailable` if the file does not exist. `importer`: undefined in a CommonJS bundle.
 */
export function workerModule(name: string, importer: string | undefined): URL {
  const extension = importer?.endsWith(".ts") ? "ts" : "js";
  const url = URL.parse(`./${name}.${extension}`, importer);
  if (url?.protocol === "file:" && existsSync(url)) return url;
  throw new DomainError(
    "database_unavailable",
    `The file ${url?.protocol === "file:" ? fileURLToPath(url) : `${name}.js`} does not exist, because a bundler has moved the code beside it. Mark the package as external: in esbuild \`external: ["@valetkey/server"]\`, in Vite \`ssr: { external: ["@valetkey/server"] }\`, in webpack \`externals: { "@valetkey/server": "import @valetkey/server" }\`, in Next.js \`serverExternalPackages: ["@valetkey/server"]\`.`,
  );
}
