import { existsSync, readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { fileURLToPath } from "node:url";
import { DomainError, type DomainErrorCode } from "./errors.ts";

const MISSING = new Set<unknown>(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

type Options = {
  /** The feature that needs the package, as the subject of a sentence. */
  user: string;
  code: DomainErrorCode;
};

/**
 * Loads a module with a package that an embedding does not install. If the package is missing, throws the error `code`, whose text names
 * the package.
 */
export async function loadWith<Module>(
  name: string,
  load: () => Promise<Module>,
  { user, code }: Options,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    const { code: fault, message } = Object(cause) as { code?: unknown; message?: unknown };
    if (!MISSING.has(fault) || !String(message).includes(`'${name}'`)) throw cause;
    throw new DomainError(code, `${user} needs the package ${name}. Install it: npm install ${name}`, { cause });
  }
}

/**
 * Returns the URL of the module `name`, which runs in a thread or process. The module is in the folder of the importing file. In a build,
 * all modules are .js files in one folder. Throws `database_unavailable` if the file does not exist. `importer`: undefined in a CommonJS
 * bundle.
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

/** Returns the version of the installed package, such as 0.1.0. */
export function ownVersion(): string {
  return JSON.parse(readFileSync(findPackageJSON(import.meta.url) ?? "", "utf8")).version;
}

// An `import` reads all exports of a module. An `import` of node:http would load the client `fetch` and HTTP/2, which a start does not
// need.
export const nodeHttp = process.getBuiltinModule("node:http");
