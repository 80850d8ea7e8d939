import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { createEmptyDatabase } from "../packages/server/src/wiring/database/open-sqlite.ts";
import { licensesOf, packageFolders } from "../packages/web/third-party-licenses.ts";

const SOURCE = resolve(import.meta.dirname, "../packages/server");
/** Node.js starts the worker threads and the process that draws pictures by file name, so each of them is an entry. */
const ENTRIES = {
  index: "index.ts",
  "checkpoint-worker": "platform/database/sqlite/checkpoint-worker.ts",
  "drawing-process": "platform/pictures/drawing-process.ts",
  "journal-worker": "features/audit/journal/journal-worker.ts",
  "search-worker": "platform/database/sqlite/search-worker.ts",
  "starts-worker": "features/uploads/starts/starts-worker.ts",
  // This entry contains the built-in bucket, so that applications need not install it.
  testing: "testing.ts",
};

/**
 * Writes the modules of @valetkey/server to few files, which also contain the small packages that only the library uses. Packages that an
 * application may share or update stay dependencies, such as fastify. `folder`: has the declarations of all modules.
 */
export async function bundleServer(folder: string): Promise<void> {
  const { dependencies, peerDependencies } = JSON.parse(await readFile(join(SOURCE, "package.json"), "utf8"));
  const shared = Object.keys({ ...dependencies, ...peerDependencies });
  const { metafile } = await build({
    entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(SOURCE, "src", path)])),
    outdir: folder,
    bundle: true,
    splitting: true,
    chunkNames: "[name]-[hash]",
    platform: "node",
    format: "esm",
    target: "node22",
    // Some bundled packages load the modules of Node.js with `require`, which an ES module does not have.
    banner: { js: "const require = process.getBuiltinModule;" },
    external: shared.flatMap((name) => [name, `${name}/*`]),
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  const folders = [...packageFolders(Object.keys(metafile.inputs))].map((path) => resolve(path));
  await writeFile(join(folder, "THIRD-PARTY-LICENSES.txt"), await licensesOf(folders));
  await writeFile(join(folder, "empty-database.gz"), gzipSync(await createEmptyDatabase()));
  await removeUnused(folder);
}

/** Removes the declarations that no declaration of an export needs. */
async function removeUnused(folder: string): Promise<void> {
  const used = new Set<string>();
  async function follow(path: string): Promise<void> {
    if (used.has(path)) return;
    used.add(path);
    const text = await readFile(path, "utf8");
    for (const [, to = ""] of text.matchAll(/(?:from |import\()"(\.[^"]+)\.[jt]s"/g)) {
      await follow(resolve(dirname(path), `${to}.d.ts`));
    }
  }
  await follow(join(folder, "index.d.ts"));
  await follow(join(folder, "testing.d.ts"));
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (name.endsWith(".d.ts") && !used.has(path)) await rm(path);
  }
}
