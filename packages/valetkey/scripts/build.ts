import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { build, type Metafile } from "esbuild";

// `npm run build -w packages/valetkey` makes dist/. dist/ contains the service with its packages in few files, and the web app (ADR 16).
const ROOT = resolve(import.meta.dirname, "..");
const SERVER = resolve(ROOT, "../server/src");
const DIST = join(ROOT, "dist");
/** The modules that Node starts by the name of their file: the command, and the worker threads. */
const ENTRIES = {
  cli: "cli.ts",
  "bucket-worker": "embedded-bucket/bucket-worker.ts",
  "checkpoint-worker": "db/sqlite/checkpoint-worker.ts",
  "journal-worker": "db/sqlite/journal/journal-worker.ts",
  "search-worker": "db/sqlite/search-worker.ts",
  "starts-worker": "db/sqlite/starts-worker.ts",
};

await rm(DIST, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(SERVER, path)])),
  outdir: DIST,
  bundle: true,
  splitting: true,
  // Puts all files in one folder, because the code starts a worker by a path beside its own file.
  chunkNames: "[name]-[hash]",
  platform: "node",
  format: "esm",
  target: "node22",
  // Defines `require`, because bundled CommonJS packages load the modules of Node with it.
  banner: {
    js: 'import { createRequire as requireOfFile } from "node:module";\nconst require = requireOfFile(import.meta.url);',
  },
  // Does not bundle pg-native. It is an optional package of pg, and it is not installed.
  external: ["pg-native"],
  // Does not shorten names, so that stack traces show the names of the functions.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
await writeFile(join(DIST, "THIRD-PARTY-LICENSES.txt"), await licensesOf(metafile));
await cp(resolve(ROOT, "../web/dist"), join(DIST, "web"), { recursive: true });
await cp(
  join(dirname(createRequire(join(SERVER, "cli.ts")).resolve("@fastify/swagger-ui")), "static"),
  join(DIST, "swagger-ui"),
  {
    recursive: true,
  },
);

/** Returns the names and the license texts of all packages in the bundle. */
async function licensesOf({ inputs }: Metafile): Promise<string> {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []),
  );
  const texts = await Promise.all([...folders].sort().map((folder) => licenseOf(resolve(folder))));
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

async function licenseOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((path) => /^licen[sc]e/i.test(path));
  const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
