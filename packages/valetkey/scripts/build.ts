import { cp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";
import { licensesOf, packageFolders } from "../../web/third-party-licenses.ts";

// `npm run build -w packages/valetkey` makes the folder dist: the service with its packages in a few files, and the web app (ADR 3).
const ROOT = resolve(import.meta.dirname, "..");
const SERVER = resolve(ROOT, "../server/src");
const SOURCES = join(ROOT, "src");
const DIST = join(ROOT, "dist");
/** The files that Node.js starts by name: the command, the worker threads, and the process that draws pictures. */
const ENTRIES = {
  cli: join(SOURCES, "cli.ts"),
  "bucket-worker": "operations/built-in-bucket/bucket-worker.ts",
  "checkpoint-worker": "platform/database/sqlite/checkpoint-worker.ts",
  "drawing-process": "platform/pictures/drawing-process.ts",
  "journal-worker": "features/audit/journal/journal-worker.ts",
  "search-worker": "platform/database/sqlite/search-worker.ts",
  "starts-worker": "features/uploads/starts/starts-worker.ts",
};

await rm(DIST, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, resolve(SERVER, path)])),
  outdir: DIST,
  bundle: true,
  splitting: true,
  // All files are in one folder, because the code starts a worker by a path beside its own file.
  chunkNames: "[name]-[hash]",
  platform: "node",
  format: "esm",
  target: "node22",
  // Bundled CommonJS packages load the modules of Node.js with `require`.
  banner: {
    js: 'import { createRequire as requireOfFile } from "node:module";\nconst require = requireOfFile(import.meta.url);',
  },
  // An optional package of pg that is not installed.
  external: ["pg-native"],
  // Names stay long, so that stack traces show the names of functions.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
await cp(resolve(ROOT, "../web/dist"), join(DIST, "web"), { recursive: true });
await cp(
  join(dirname(createRequire(join(SERVER, "index.ts")).resolve("@fastify/swagger-ui")), "static"),
  join(DIST, "swagger-ui"),
  {
    recursive: true,
  },
);
// The web app has its own file of licenses. The file that is written here comes last, and proves that the build is complete
// (e2e/src/testing/build.ts).
const folders = [...packageFolders(Object.keys(metafile.inputs))].map((folder) => resolve(folder));
await writeFile(join(DIST, "THIRD-PARTY-LICENSES.txt"), await licensesOf(folders));
